package routes.vision;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.UUID;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.springframework.stereotype.Component;
import routes.events.Event;
import routes.events.IdempotencyKeys;
import routes.events.MediaFile;
import routes.events.Sha256;
import routes.events.SkippedFile;
import routes.events.VisionAnalyzed;
import routes.events.VisionAnalyzed.SkipReason;
import routes.events.VisionAnalyzed.VisionClassification;
import routes.events.VisionAnalyzed.VisionResult;
import routes.events.VisionUploaded;
import routes.llm.ModelResult;
import routes.vision.VisionPass.Decision;

/** Combines the results of a post's files into the post's row and its event. */
@Component
class PostVision {
    private static final int MAX_LABELS = 20;
    private static final int MAX_OBJECTS = 10;
    private static final int MAX_TEXT = 100_000;
    private static final String NONE = "none";
    /** Skip reason of a picture that no provider could analyse. */
    private static final String FAILED = "analysis_failed";

    private final VisionPolicy policy;
    private final VisionMetrics metrics;

    PostVision(VisionPolicy policy, VisionMetrics metrics) {
        this.policy = policy;
        this.metrics = metrics;
    }

    /** Combines a provider's answer with the facts about the pixels. */
    FileVision complete(Picture picture, ModelResult result, long tokens, Instant now) {
        FileVision answer = (FileVision) result.value();
        PictureFacts facts = PictureFacts.of(picture.pixels());
        FileVision.Ocr ocr = answer.ocr();
        return FileVisionBuilder.builder(answer)
                .provider(result.provider())
                .model(result.model())
                .ocr(
                        ocr == null
                                ? null
                                : new FileVision.Ocr(
                                        ocr.text(),
                                        Objects.requireNonNullElse(ocr.engine(), result.provider()),
                                        ocr.confidence()))
                .width(picture.width())
                .height(picture.height())
                .animated(picture.animated() ? true : null)
                .dominantColors(facts.dominantColors())
                .phash(facts.hash() == null ? null : String.format("%016x", facts.hash()))
                .tokensUsed(Math.toIntExact(tokens))
                .analyzedAt(now)
                .build();
    }

    /**
     * Creates the analysed event for an uploaded event. Adds the post's row, unless the batch contains a later announcement of the same
     * post.
     */
    VisionAnalyzed answer(VisionPass pass, int index, Instant now, Map<UUID, VisionStore.Row> rows) {
        VisionUploaded event = pass.events.get(index);
        Map<MediaFile, FileVision> found = new LinkedHashMap<>();
        List<SkipReason> skipped = new ArrayList<>();
        for (Decision decision : pass.decisions.get(index)) {
            VisionStore.Key key =
                    new VisionStore.Key(event.tenantId(), decision.file().sha256());
            FileVision result = pass.results.get(key);
            if (decision.skipReason() == null && result != null) {
                found.put(decision.file(), result);
                media(decision.file(), "success");
                continue;
            }
            String why =
                    decision.skipReason() != null ? decision.skipReason() : pass.unreadable.getOrDefault(key, FAILED);
            skipped.add(new SkipReason(decision.file().sha256(), why));
            if (why.equals(FAILED)) {
                metrics.decision("skip", FAILED, 1);
            }
            media(decision.file(), why.equals(FAILED) ? "failed" : "skipped");
        }
        List<FileVision> files = List.copyOf(found.values());
        String features = featuresHash(files);
        VisionResult vision = files.isEmpty() ? null : combined(files);
        rows.merge(
                event.postId(),
                row(event, found, skipped, vision, features),
                (one, other) -> other.uploadedAt().isBefore(one.uploadedAt()) ? one : other);
        return new VisionAnalyzed(
                Event.SCHEMA_VERSION,
                event.traceId(),
                now,
                IdempotencyKeys.visionAnalyzed(event.tenantId(), event.postId(), event.mediaFiles(), policy.version()),
                event.tenantId(),
                event.postId(),
                event.channelId(),
                event.groupedId(),
                event.albumId(),
                event.mediaFiles(),
                vision,
                vision == null,
                skipped,
                policy.version(),
                features,
                Math.toIntExact(Duration.between(pass.started, now).toMillis()));
    }

    private void media(MediaFile file, String outcome) {
        String type = file.mimeType();
        String kind = type.startsWith("image/") ? "photo" : type.startsWith("video/") ? "video" : "doc";
        metrics.media(kind, outcome, 1);
    }

    private VisionStore.Row row(
            VisionUploaded event,
            Map<MediaFile, FileVision> found,
            List<SkipReason> skipped,
            VisionResult vision,
            String features) {
        List<Map<String, Object>> files = new ArrayList<>();
        found.forEach((file, result) -> files.add(Map.of("sha256", file.sha256(), "result", result)));
        skipped.forEach(skip -> files.add(Map.of("sha256", skip.sha256(), "skip_reason", skip.reason())));
        for (SkippedFile file : event.skippedFiles() == null ? List.<SkippedFile>of() : event.skippedFiles()) {
            files.add(Map.of("name", Objects.requireNonNullElse(file.name(), ""), "skip_reason", file.reason()));
        }
        Map<String, Object> data = new LinkedHashMap<>();
        data.put("vision_version", policy.version());
        data.put("features_hash", features);
        FileVision.Ocr ocr = null;
        if (vision != null) {
            ocr = ocr(List.copyOf(found.values()));
            FileVision first = found.values().iterator().next();
            data.put("provider", vision.provider());
            data.put("model", vision.model());
            data.put("classification", vision.classification());
            data.put("description", vision.description());
            data.put("is_meme", vision.isMeme());
            data.put("labels", vision.labels());
            data.put("objects", vision.objects());
            data.put("ocr", ocr);
            data.put("dominant_colors", first.dominantColors());
            data.put("phash", first.phash());
            data.put("analyzed_at", vision.analyzedAt());
        }
        data.put("files", files);
        data.values().removeIf(Objects::isNull);
        return new VisionStore.Row(
                event.postId(),
                vision == null ? NONE : vision.provider(),
                data,
                ocr,
                skipped.isEmpty() ? "ok" : "partial",
                policy.version(),
                features,
                event.occurredAt());
    }

    /** Combines the results: the classification of the first file; descriptions, labels, objects and texts of all files. */
    private static VisionResult combined(List<FileVision> files) {
        FileVision first = files.get(0);
        return new VisionResult(
                first.provider(),
                Objects.requireNonNullElse(first.model(), first.provider()),
                first.classification(),
                joined(files, FileVision::description, " "),
                joined(files, FileVision::ocrText, "\n"),
                files.stream().anyMatch(file -> Boolean.TRUE.equals(file.isMeme())),
                distinct(files, FileVision::labels, MAX_LABELS),
                distinct(files, FileVision::objects, MAX_OBJECTS),
                files.stream()
                        .map(FileVision::tokensUsed)
                        .filter(Objects::nonNull)
                        .mapToInt(Integer::intValue)
                        .sum(),
                files.stream()
                        .map(FileVision::analyzedAt)
                        .max(Instant::compareTo)
                        .orElseThrow());
    }

    private static FileVision.Ocr ocr(List<FileVision> files) {
        String text = joined(files, FileVision::ocrText, "\n");
        if (text == null) {
            return null;
        }
        List<FileVision.Ocr> texts =
                files.stream().map(FileVision::ocr).filter(Objects::nonNull).toList();
        List<Double> known = texts.stream()
                .map(FileVision.Ocr::confidence)
                .filter(Objects::nonNull)
                .toList();
        return new FileVision.Ocr(
                text,
                texts.get(0).engine(),
                known.isEmpty()
                        ? null
                        : known.stream()
                                .mapToDouble(Double::doubleValue)
                                .average()
                                .orElseThrow());
    }

    /** Returns null if no file has such a text. */
    private static String joined(List<FileVision> files, Function<FileVision, String> part, String separator) {
        String text =
                files.stream().map(part).filter(Objects::nonNull).distinct().collect(Collectors.joining(separator));
        return text.isEmpty() ? null : text.substring(0, Math.min(text.length(), MAX_TEXT));
    }

    private static List<String> distinct(List<FileVision> files, Function<FileVision, List<String>> part, int max) {
        Set<String> all = new LinkedHashSet<>();
        files.stream().map(part).filter(Objects::nonNull).forEach(all::addAll);
        return all.stream().limit(max).toList();
    }

    /**
     * Returns the hash of everything that can influence tags: type, sorted labels and objects, text and meme flag of each file, in order.
     */
    static String featuresHash(List<FileVision> files) {
        return Sha256.hexOfLines(files.stream()
                .flatMap(file -> Stream.of(
                        type(file.classification()),
                        String.join("\0", sorted(file.labels())),
                        String.join("\0", sorted(file.objects())),
                        Objects.requireNonNullElse(file.ocrText(), "").replace('\n', ' '),
                        Boolean.toString(Boolean.TRUE.equals(file.isMeme()))))
                .toList());
    }

    private static String type(VisionClassification classification) {
        return classification == null ? "" : classification.type();
    }

    private static List<String> sorted(List<String> words) {
        return words == null ? List.of() : words.stream().sorted().toList();
    }
}
