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

/** The local provider of vision: recognises text where tesseract is installed, and guesses the kind of picture from it. */
@Component("localVision")
public class LocalVision {
    private static final Logger LOG = LoggerFactory.getLogger(LocalVision.class);
    /** A picture with so much text shows a document. */
    private static final int DOCUMENT_LINES = 8;

    private static final int DOCUMENT_LETTERS = 500;
    private static final double GUESS = 0.5;

    private final Tesseract tesseract;

    LocalVision(Tesseract tesseract) {
        this.tesseract = tesseract;
    }

    /** What the local provider finds. A failure of the text recognition is logged and leaves the text out. */
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
