package routes.operations;

import java.io.PrintStream;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.springframework.stereotype.Component;
import routes.configuration.ConfigurationException;
import routes.replay.DeadLetters;
import routes.replay.Operator;
import routes.replay.RefusedException;
import routes.replay.Replay;
import routes.replay.StreamOperations;

/** The command line option {@code --replay=…}; delegates to {@code routes.replay}. */
@Component
record ReplayCommand(DeadLetters letters, StreamOperations streams) {
    private static final Pattern WHAT = Pattern.compile(
            "(?<stream>[^/]+)(/(cause:(?<cause>\\w+)|(?<from>[\\d-]+|-)\\.\\.(?<to>[\\d-]+|\\+)|(?<id>[\\d-]+)))?");

    /** @throws ConfigurationException with one line that describes what cannot be done, and why */
    void run(RunOptions.ReplayRequest request, PrintStream out) {
        String option = "--replay=" + request.what();
        Matcher what = WHAT.matcher(request.what());
        if (!what.matches()) {
            throw new ConfigurationException(option
                    + ": it must be <stream>, <stream>/<id>, <stream>/cause:<id> or <stream>/<from>..<to>,"
                    + " such as posts.enriched/-..+");
        }
        if (!request.group().isEmpty() && what.group("from") == null) {
            throw new ConfigurationException(option
                    + ": --group requires a range; a dead letter is published for the group that failed to process it");
        }
        try {
            run(request, what, out);
        } catch (RefusedException e) {
            throw new ConfigurationException(option + ": " + e.getMessage());
        }
    }

    private void run(RunOptions.ReplayRequest request, Matcher what, PrintStream out) {
        Operator who = Operator.local(Operator.Via.COMMAND_LINE);
        String stream = what.group("stream");
        boolean dryRun = !request.isSure();
        Integer expected = request.expected().orElse(null);
        if (what.group("id") != null) {
            one(who, stream, what.group("id"), dryRun, out);
            return;
        }
        Replay done = what.group("from") != null
                ? streams.replayRange(
                        who,
                        stream,
                        what.group("from"),
                        what.group("to"),
                        request.group(),
                        DeadLetters.MAX_REPLAYED,
                        expected,
                        dryRun)
                : letters.replayAll(who, stream, what.group("cause"), DeadLetters.MAX_REPLAYED, expected, dryRun);
        if (dryRun && what.group("from") == null) {
            causes(letters.causes(stream), out);
        }
        out.println(done.text() + (dryRun ? "; --yes or --expect=" + done.found() + " publishes them" : ""));
    }

    private void one(Operator who, String stream, String id, boolean dryRun, PrintStream out) {
        if (dryRun) {
            var letter = letters.show(stream, id).letter();
            out.println(letter.group() + ": " + letter.errorClass() + ": " + letter.error());
            out.println("1 entry would be published again; --yes publishes it");
        } else {
            var copy = letters.replay(who, stream, id);
            out.println("1 entry was published again, as " + copy.id() + ", replay " + copy.count());
        }
    }

    private static void causes(List<DeadLetters.CauseCount> causes, PrintStream out) {
        for (DeadLetters.CauseCount one : causes) {
            out.printf(
                    "%6d  cause:%s  %s  %s: %s%n",
                    one.count(),
                    one.cause().id(),
                    one.cause().group(),
                    one.cause().errorClass(),
                    one.cause().message());
        }
    }
}
