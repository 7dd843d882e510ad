package routes.tdlib;

import org.apache.camel.spi.Metadata;

/** Message headers of the component. */
public final class TdlibConstants {

    @Metadata(
            description =
                    "The type of the update, or of the answer, such as updateNewMessage or chat. Not set for a list of"
                            + " updates.",
            javaType = "String")
    public static final String TYPE = "CamelTdlibType";

    @Metadata(label = "consumer", description = "The name of the client.", javaType = "String")
    public static final String CLIENT = "CamelTdlibClient";

    private TdlibConstants() {}
}
