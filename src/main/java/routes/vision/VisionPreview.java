package routes.vision;

import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.time.Clock;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Component;
import routes.events.MediaFile;
import routes.llm.ModelResult;
import routes.llm.ModelTask;

/** Shows how the stage would handle the files of a post. Stores nothing, claims nothing, and does not count towards the budget. */
@Component
public class VisionPreview {
    private final JdbcClient jdbc;
    private final ObjectMapper json;
    private final Vision vision;
    private final VisionPolicy policy;
    private final VisionBudget budget;
    private final PostVision results;
    private final Clock clock;

    VisionPreview(
            JdbcClient jdbc,
            ObjectMapper json,
            Vision vision,
            VisionPolicy policy,
            VisionBudget budget,
            PostVision results,
            Clock clock) {
        this.jdbc = jdbc;
        this.json = json;
        this.vision = vision;
        this.policy = policy;
        this.budget = budget;
        this.results = results;
        this.clock = clock;
    }

    /**
     * A file of a post.
     *
     * @param decision decision of the policy, with its reason
     * @param stored whether the stage would reuse an earlier result instead of calling a provider
     * @param task task for the providers; null for a skipped file
     * @param local whether only the local provider may execute the task
     */
    public record File(String name, String decision, boolean stored, ModelTask task, boolean local) {}

    private record Row(
            UUID tenantId,
            UUID channelId,
            Long tgChannelId,
            String username,
            String fileSha256,
            String s3Key,
            String mime,
            long sizeBytes,
            boolean stored) {}

    /** Returns the stored files of a post that is not deleted, in their order. The stream reads each picture lazily. */
    public Stream<File> files(UUID post) {
        List<Row> rows = jdbc.sql(
                        """
                        SELECT p.tenant_id, c.id AS channel_id, c.tg_channel_id, c.username, o.file_sha256, o.s3_key, o.mime, o.size_bytes,
                               EXISTS (SELECT FROM vision_results r WHERE r.tenant_id = o.tenant_id AND r.file_sha256 = o.file_sha256
                                         AND r.vision_version = ?) AS stored
                        FROM posts p
                        JOIN channels c ON c.id = p.channel_id
                        JOIN post_media_map m ON m.post_id = p.id
                        JOIN media_objects o ON o.tenant_id = p.tenant_id AND o.file_sha256 = m.file_sha256
                        WHERE p.id = ? AND NOT p.is_deleted
                        ORDER BY m.position, m.file_sha256""")
                .params(policy.version(), post)
                .query(Row.class)
                .list();
        return IntStream.range(0, rows.size()).mapToObj(position -> file(rows.get(position), position));
    }

    private File file(Row row, int position) {
        var channel = new VisionPolicy.Source(row.channelId(), row.tgChannelId(), row.username());
        var file = new MediaFile(row.fileSha256(), row.s3Key(), row.mime(), row.sizeBytes());
        String name = "%s, %s, %d bytes".formatted(row.fileSha256(), row.mime(), row.sizeBytes());
        String skip = policy.skipReason(file, position, channel).orElse(null);
        if (skip != null) {
            return new File(name, "skip, " + skip, row.stored(), null, false);
        }
        try {
            boolean ocrOnly = policy.isOcrOnly(file, channel);
            boolean models = vision.hasModels() && !ocrOnly;
            boolean affordable = models && budget.hasRoom(row.tenantId());
            PictureTask task = vision.task(file, vision.read(file), ocrOnly || models && !affordable);
            String reason = Vision.reason(models, affordable, ocrOnly);
            return new File(
                    name,
                    (affordable ? "allow, " : "ocr, ") + reason,
                    row.stored(),
                    task,
                    task.getRoute().equals("local"));
        } catch (Picture.UnreadableException e) {
            return new File(name, "skip, " + e.reason() + ": " + e.getMessage(), row.stored(), null, false);
        } catch (IOException e) {
            return new File(name, "the object store failed: " + e.getMessage(), row.stored(), null, false);
        }
    }

    /** Returns the used part of the current day's budget of the post's tenant; empty if there is no such post. */
    public Optional<String> budget(UUID post) {
        return jdbc.sql("SELECT tenant_id FROM posts WHERE id = ?")
                .param(post)
                .query(UUID.class)
                .optional()
                .map(budget::describe);
    }

    /** Returns the version of policy and prompts. */
    public String version() {
        return policy.version();
    }

    /** Returns what the stage would store for the file, as JSON. */
    public String accepted(File file, ModelResult result, long tokens) {
        Picture pixels = ((PictureTask) file.task()).pixels;
        return json.valueToTree(results.complete(pixels, result, tokens, clock.instant()))
                .toPrettyString();
    }
}
