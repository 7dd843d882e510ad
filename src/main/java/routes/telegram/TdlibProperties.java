package routes.telegram;

import java.net.URI;
import java.nio.file.Path;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;
import routes.tdlib.TdlibLibrary;

/**
 * @param library  path of the tdjson library of TDLib; empty for the one that --fetch-tdlib downloaded to DATA_DIR
 * @param registry npm registry from which --fetch-tdlib downloads the library
 */
@ConfigurationProperties("tdlib")
public record TdlibProperties(@DefaultValue("") String library, @DefaultValue(TdlibProperties.REGISTRY) URI registry) {
    /** The public npm registry: the only place where prebuilt libraries are published. */
    public static final String REGISTRY = "https://registry.npmjs.org";

    /** The folder that the library is fetched into. */
    public static Path folder(Path data) {
        return data.resolve("tdlib");
    }

    /** The file to load. It need not exist. */
    Path file(Path data) {
        return library.isEmpty() ? TdlibLibrary.fetched(folder(data)) : Path.of(library);
    }
}
