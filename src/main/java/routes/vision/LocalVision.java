package routes.vision;

import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.stereotype.Component;
import routes.events.VisionAnalyzed.VisionClassification;
import routes.llm.ModelResult;
import routes.llm.Providers;

/** The local vision provider: recognises text if tesseract is installed, and derives the kind of picture from the text. */
@Component("localVision")
public class LocalVision {
    private static final Logger LOG = LoggerFactory.getLogger(LocalVision.class);
    /** Minimum number of text lines in a picture that shows a document. */
    private static final int DOCUMENT_LINES = 8;

    private static final int DOCUMENT_LETTERS = 500;
    private static final double GUESS = 0.5;

    private final Tesseract tesseract;

    LocalVision(Tesseract tesseract) {
        this.tesseract = tesseract;
    }

    /** Analyses a picture locally. If the text recognition fails, the failure is logged and the result contains no text. */
    public ModelResult analyze(PictureTask task) throws InterruptedException {
        Optional<Tesseract.Text> text = Optional.empty();
        try {
            text = tesseract.read(task.pixels.pixels());
        } catch (IOException e) {
            LOG.warn("Cannot recognise text in {}: {}", task.file.s3Key(), e.getMessage());
        }
        String type = text.map(found -> type(task.pixels, found.text())).orElse("photo");
        return new ModelResult(
                Providers.LOCAL,
                null,
                FileVisionBuilder.builder()
                        .classification(new VisionClassification(type, GUESS, List.of()))
                        .ocr(text.map(found -> new FileVision.Ocr(found.text(), Tesseract.ENGINE, found.confidence()))
                                .orElse(null))
                        .isMeme(false)
                        .labels(List.of())
                        .objects(List.of())
                        .build(),
                Map.of());
    }

    private static String type(Picture picture, String text) {
        if (text.length() > DOCUMENT_LETTERS || text.lines().count() >= DOCUMENT_LINES) {
            return "document";
        }
        return picture.format().equals("png") ? "screenshot" : VisionAnswers.OTHER;
    }
}
