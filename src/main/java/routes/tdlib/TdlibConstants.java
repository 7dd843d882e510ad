package routes.tdlib;

import org.apache.camel.spi.Metadata;

/** Message headers of the component. */
public final class TdlibConstants {

    @Metadata(
            description =
                    "The type of the update or of the response, such as updateNewMessage or chat. Not set if the body is a"
                            + " list of updates.",
            javaType = "String")
    public static final String TYPE = "CamelTdlibType";

    @Metadata(label = "consumer", description = "The client name.", javaType = "String")
    public static final String CLIENT = "CamelTdlibClient";

    private TdlibConstants() {}
}
