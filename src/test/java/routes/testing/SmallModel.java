package routes.testing;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;

/** The files of a real model of embeddings for English, all-MiniLM-L6-v2 with weights of eight bits (Apache-2.0). */
public final class SmallModel {
    private static final String NAME = "all-minilm-l6-v2-q";

    private SmallModel() {}

    /** Writes {@code model.onnx} and {@code tokenizer.json} to the folder; returns the path of the model. */
    public static Path in(Path folder) {
        Map.of(NAME + ".onnx", "model.onnx", NAME + "-tokenizer.json", "tokenizer.json")
                .forEach((resource, file) -> {
                    try (InputStream content = SmallModel.class.getResourceAsStream("/" + resource)) {
                        Files.copy(content, folder.resolve(file));
                    } catch (IOException e) {
                        throw new UncheckedIOException(e);
                    }
                });
        return folder.resolve("model.onnx");
    }
}
