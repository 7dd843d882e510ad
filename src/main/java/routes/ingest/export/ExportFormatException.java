package routes.ingest.export;

import java.io.IOException;

/** The file is not a Telegram Desktop export, or it is corrupt. The message says where and what to do. */
public class ExportFormatException extends IOException {
    private static final long serialVersionUID = 1L;

    public ExportFormatException(String message) {
        super(message);
    }
}
