package routes.testing.qdrant;

import io.grpc.Status;
import io.grpc.StatusRuntimeException;

/** What the server answers to a wrong request: INVALID_ARGUMENT with its reason. */
final class BadRequestException extends StatusRuntimeException {
    private static final long serialVersionUID = 1L;

    BadRequestException(String reason) {
        super(Status.INVALID_ARGUMENT.withDescription(reason));
    }
}
