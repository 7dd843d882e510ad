package routes.embeddings;

import com.google.common.hash.Hashing;
import com.google.common.io.MoreFiles;
import dev.langchain4j.data.segment.TextSegment;
import dev.langchain4j.model.embedding.EmbeddingModel;
import dev.langchain4j.model.embedding.onnx.OnnxEmbeddingModel;
import dev.langchain4j.model.embedding.onnx.PoolingMode;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.util.function.SingletonSupplier;
import routes.configuration.ConfigurationException;
import routes.events.StorableText;
import routes.llm.EmbeddingsProperties;
import routes.text.Language;

/**
 * A model in this process: an ONNX file with its tokenizer, as exported by sentence-transformers. Nothing is downloaded. A build without
 * the Maven profile {@code onnx} does not contain the runtime.
 */
final class OnnxEmbeddings implements EmbeddingProvider {
    private static final Logger LOG = LoggerFactory.getLogger(OnnxEmbeddings.class);
    /** Number of hash characters in the model name, to distinguish files with the same name. */
    private static final int HASH = 8;

    private final EmbeddingsProperties settings;
    private final EmbeddingModel model;
    private final String name;
    private final int dimension;
    private final Supplier<VectorSpace> space;

    /**
     * @param folder folder for the tokenizer's native library
     * @throws ConfigurationException if a file is missing or invalid
     */
    OnnxEmbeddings(EmbeddingsProperties settings, Path folder) {
        this.settings = settings;
        Path file = file("EMBEDDINGS_ONNX_PATH", Path.of(settings.onnxPath()));
        Path tokenizer = file(
                "EMBEDDINGS_ONNX_TOKENIZER",
                settings.onnxTokenizer().isBlank()
                        ? file.resolveSibling("tokenizer.json")
                        : Path.of(settings.onnxTokenizer()));
        // DJL, which provides the tokenizer, would otherwise look for a newer library and report its use
        System.setProperty("ai.djl.offline", "true");
        System.setProperty("OPT_OUT_TRACKING", "true");
        System.setProperty("DJL_CACHE_DIR", folder.toAbsolutePath().toString());
        try {
            // on the calling thread: the runtime itself uses all cores for a text
            model = new OnnxEmbeddingModel(
                    file, tokenizer, PoolingMode.valueOf(settings.onnxPooling().name()), Runnable::run);
            dimension = model.dimension();
        } catch (RuntimeException e) {
            throw new ConfigurationException(
                    "EMBEDDINGS_ONNX_PATH=" + file + " with the tokenizer " + tokenizer + " cannot be used: "
                            + e.getMessage() + ". An exported sentence-transformers model has both files",
                    e);
        }
        name = MoreFiles.getNameWithoutExtension(file) + "-" + hash(file).substring(0, HASH);
        space = SingletonSupplier.of(() -> {
            VectorSpace measured = VectorSpace.measured(this::embed);
            LOG.info("Vector space of {}: {}", name, measured);
            return measured;
        });
    }

    private static String hash(Path file) {
        try {
            return MoreFiles.asByteSource(file).hash(Hashing.sha256()).toString();
        } catch (IOException e) {
            throw new UncheckedIOException("Cannot read the model: " + file, e);
        }
    }

    private static Path file(String setting, Path path) {
        if (!Files.isReadable(path) || !Files.isRegularFile(path)) {
            throw new ConfigurationException(setting + ": not a readable file: " + path.toAbsolutePath());
        }
        return path;
    }

    @Override
    public String provider() {
        return EmbeddingsProperties.ONNX;
    }

    @Override
    public String model() {
        return name + settings.textPrefix().strip();
    }

    @Override
    public int dimension() {
        return dimension;
    }

    /** Returns true: embedding takes about 10 ms per text. */
    @Override
    public boolean isSlow() {
        return true;
    }

    @Override
    public float searchWeight() {
        return settings.searchWeight();
    }

    @Override
    public List<float[]> embed(List<String> texts) {
        return embed(settings.textPrefix(), texts);
    }

    @Override
    public float[] embedQuery(String text) {
        return embed(settings.queryPrefix(), List.of(text)).get(0);
    }

    private List<float[]> embed(String prefix, List<String> texts) {
        List<TextSegment> segments = texts.stream()
                .filter(text -> !text.isBlank())
                .map(text -> TextSegment.from(prefix + StorableText.cut(text, settings.maxChars())))
                .toList();
        if (segments.isEmpty()) {
            return texts.stream().map(text -> new float[dimension]).toList();
        }
        var vectors = model.embedAll(segments).content().iterator();
        List<float[]> all = new ArrayList<>();
        for (String text : texts) {
            all.add(
                    text.isBlank()
                            ? new float[dimension]
                            : ModelEmbeddings.normalized(vectors.next().vector()));
        }
        return all;
    }

    @Override
    public Similarity similarity(Language language) {
        return space.get().of(language, settings.noiseFloor());
    }
}
