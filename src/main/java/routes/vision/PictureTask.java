package routes.vision;

import routes.events.MediaFile;
import routes.llm.ModelTask;

/** A task to describe a picture. The value of the answer is a {@link FileVision} without the facts about the pixels. */
public final class PictureTask implements ModelTask {
    private static final int MAX_TOKENS = 1_200;

    final MediaFile file;
    final Picture pixels;
    private final String instruction;
    private final boolean ocrOnly;
    private byte[] jpeg;

    /**
     * @param file file in the object store
     * @param pixels the decoded picture
     * @param instruction the prompt
     * @param ocrOnly whether only the local provider may read it
     */
    PictureTask(MediaFile file, Picture pixels, String instruction, boolean ocrOnly) {
        this.file = file;
        this.pixels = pixels;
        this.instruction = instruction;
        this.ocrOnly = ocrOnly;
    }

    /** Returns which providers are called, for the route: {@code models} or {@code local}. */
    public String getRoute() {
        return ocrOnly ? "local" : "models";
    }

    @Override
    public String instruction() {
        return instruction;
    }

    @Override
    public String material() {
        return "The picture:";
    }

    @Override
    public synchronized byte[] picture() {
        if (jpeg == null) {
            jpeg = pixels.jpeg();
        }
        return jpeg;
    }

    @Override
    public int maxTokens() {
        return MAX_TOKENS;
    }

    @Override
    public FileVision read(String content) {
        return VisionAnswers.read(content);
    }
}
