package routes.api;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

class UploadDiskFullIT {

    @RegisterExtension
    static final RunningApi api = new RunningApi().with("upload.disk-reserve", String.valueOf(Long.MAX_VALUE));

    @Test
    void where_the_disk_has_no_room_the_upload_is_refused() {
        ApiClient.Answer answer = api.client()
                .exchange(
                        "POST",
                        "/users/1/imports",
                        Multipart.file("{}".getBytes(UTF_8)).whole(),
                        request -> request.header("Content-Type", Multipart.TYPE));

        OpenApiContract.INSTANCE.check(answer);
        OpenApiContract.INSTANCE.assertProblem(answer, 507);
        assertThat(answer.text("remedy")).contains("UPLOAD_DISK_RESERVE");
    }
}
