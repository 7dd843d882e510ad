package routes.web;

import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * A link to a post of a Telegram channel, such as {@code https://t.me/name/5} or {@code https://t.me/c/1234567/5}.
 *
 * @param username user name of a public channel; empty for a private one
 * @param channelId id of a private channel; 0 for a public one
 */
public record TelegramLink(String username, long channelId, long messageId) {
    private static final List<String> HOSTS = List.of("t.me", "telegram.me", "telegram.dog");
    private static final Pattern USERNAME = Pattern.compile("[A-Za-z]\\w{3,31}");
    private static final Pattern NUMBER = Pattern.compile("[1-9]\\d{0,17}");

    /** Whether the address is one of Telegram's links, which lead to a chat and not to a web page. */
    public static boolean isTelegram(WebAddress address) {
        return HOSTS.stream().anyMatch(host -> address.host().equals(host) || isNamed(address, host));
    }

    /** The name of a channel can precede the host: {@code name.t.me/5}. */
    private static boolean isNamed(WebAddress address, String host) {
        return address.host().endsWith("." + host);
    }

    /** Parses a link; empty if it does not lead to a post. In a forum, the topic number precedes the post number. */
    public static Optional<TelegramLink> of(WebAddress address) {
        if (!isTelegram(address)) {
            return Optional.empty();
        }
        List<String> steps = Arrays.stream(address.path().split("/"))
                .filter(step -> !step.isEmpty())
                .toList();
        String name = address.host().substring(0, address.host().indexOf('.'));
        boolean isNamed = !HOSTS.contains(address.host()) && !name.equals("www");
        if (!isNamed && steps.size() > 1 && steps.get(0).equals("s")) {
            // the path of the public preview
            steps = steps.subList(1, steps.size());
        }
        boolean isPrivate = !isNamed && !steps.isEmpty() && steps.get(0).equals("c");
        int first = isNamed ? 0 : isPrivate ? 2 : 1;
        if (steps.size() <= first || steps.size() > first + 2 || !areNumbers(steps.subList(first, steps.size()))) {
            return Optional.empty();
        }
        long message = Long.parseLong(steps.get(steps.size() - 1));
        if (isPrivate) {
            return areNumbers(steps.subList(1, 2))
                    ? Optional.of(new TelegramLink("", Long.parseLong(steps.get(1)), message))
                    : Optional.empty();
        }
        String username = isNamed ? name : steps.get(0);
        return USERNAME.matcher(username).matches()
                ? Optional.of(new TelegramLink(username, 0, message))
                : Optional.empty();
    }

    private static boolean areNumbers(List<String> steps) {
        return steps.stream().allMatch(step -> NUMBER.matcher(step).matches());
    }
}
