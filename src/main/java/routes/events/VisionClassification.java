package routes.events;

import java.util.List;

/** Kind of a picture (photo, meme, document, screenshot, infographic, other), and how sure the model is, from 0 to 1. */
public record VisionClassification(String type, Double confidence, List<String> tags) {}
