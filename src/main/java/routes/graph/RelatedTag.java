package routes.graph;

/** A tag and the number of posts that carry it together with another one ({@code RELATED_TO.weight}). */
public record RelatedTag(String name, long weight) {}
