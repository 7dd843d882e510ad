package routes.ingest.export;

import java.io.IOException;

/** The file is no Telegram Desktop export, or a broken one; the message says where and what to do. */
public class ExportFormatException extends IOException {
    private static final long serialVersionUID = 1L;

    public ExportFormatException(String message) {
        super(message);
    }
}
