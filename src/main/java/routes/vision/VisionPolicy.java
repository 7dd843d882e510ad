package routes.vision;

import com.fasterxml.jackson.annotation.JsonProperty;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeSet;
import java.util.UUID;
import routes.configuration.ConfigurationException;
import routes.events.MediaFile;
import routes.events.VisionVersion;

/**
 * The policy {@code config/vision_policy.yml}: which pictures are analysed, and how.
 *
 * @param version date and number of the prompts, as {@code vision@YYYY-MM-DD#pN}
 * @param types MIME types of pictures that are analysed
 * @param skipChannels names or ids of channels whose pictures are skipped
 * @param prompts name of the prompt per MIME type
 */
record VisionPolicy(
        String version,
        List<String> types,
        Limits limits,
        List<String> skipChannels,
        OcrOnly ocrOnly,
        Prompts prompts) {

    /**
     * @param minSidePixels minimum length of the shorter side
     * @param maxMegapixels maximum size in millions of pixels
     */
    record Limits(int maxImageMb, int minImageBytes, int minSidePixels, int maxMegapixels, int maxImagesPerPost) {

        long maxPixels() {
            return maxMegapixels * 1_000_000L;
        }
    }

    /** Pictures that are never sent to a model. */
    record OcrOnly(List<String> types, List<String> channels) {}

    /** Names of prompts. */
    record Prompts(@JsonProperty("default") String byDefault, Map<String, String> byType) {}

    /** The attributes of a channel that the policy can refer to. */
    record Source(UUID id, Long telegramId, String username) {
        private boolean isIn(List<String> names) {
            return names.stream()
                    .map(name -> name.strip().replaceFirst("^@", ""))
                    .anyMatch(name -> name.equalsIgnoreCase(username)
                            || name.equals(id == null ? null : id.toString())
                            || name.equals(telegramId == null ? null : telegramId.toString()));
        }
    }

    /**
     * @param position position of the file in its post, starting at 0
     * @return why the file is skipped; empty if it is analysed
     */
    Optional<String> skipReason(MediaFile file, int position, Source channel) {
        if (!types.contains(file.mimeType())) {
            return Optional.of("type");
        } else if (file.sizeBytes() > limits.maxImageMb() * 1_048_576L) {
            return Optional.of("size");
        } else if (file.sizeBytes() < limits.minImageBytes()) {
            return Optional.of("small");
        } else if (channel.isIn(skipChannels)) {
            return Optional.of("channel");
        }
        return position < limits.maxImagesPerPost() ? Optional.empty() : Optional.of("per_post");
    }

    /** Returns whether only text is recognised, without a model. */
    boolean isOcrOnly(MediaFile file, Source channel) {
        return ocrOnly.types().contains(file.mimeType()) || channel.isIn(ocrOnly.channels());
    }

    String prompt(String mimeType) {
        return prompts.byType().getOrDefault(mimeType, prompts.byDefault());
    }

    /** Returns the names of all prompts. */
    TreeSet<String> promptNames() {
        TreeSet<String> names = new TreeSet<>(prompts.byType().values());
        names.add(prompts.byDefault());
        return names;
    }

    /** @throws ConfigurationException for a value out of range */
    VisionPolicy checked(String file) {
        try {
            VisionVersion.parse(version);
        } catch (IllegalArgumentException e) {
            throw new ConfigurationException(file + ": version: " + e.getMessage(), e);
        }
        require(file, "limits.max_image_mb", limits.maxImageMb(), 1, 1000);
        require(file, "limits.min_image_bytes", limits.minImageBytes(), 0, Integer.MAX_VALUE);
        require(file, "limits.min_side_pixels", limits.minSidePixels(), 0, Integer.MAX_VALUE);
        require(file, "limits.max_megapixels", limits.maxMegapixels(), 1, 500);
        require(file, "limits.max_images_per_post", limits.maxImagesPerPost(), 0, 1000);
        return this;
    }

    private static void require(String file, String name, int value, int from, int to) {
        if (value < from || value > to) {
            throw new ConfigurationException(file + ": " + name + "=" + value + ": must be " + from + " to " + to);
        }
    }
}
