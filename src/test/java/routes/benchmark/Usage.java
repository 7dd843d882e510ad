package routes.benchmark;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.sun.management.OperatingSystemMXBean;
import com.sun.management.ThreadMXBean;
import io.lettuce.core.RedisClient;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.Locale;
import java.util.stream.LongStream;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.jdbc.core.simple.JdbcClient;

/**
 * What this process and its embedded services have used up to a moment. Needs Linux.
 *
 * @param postgres CPU of all server processes, also of those that have ended
 * @param wal bytes that PostgreSQL has written to its log
 * @param allocated bytes, by the threads that are alive
 */
public record Usage(
        long nanos,
        Duration jvm,
        Duration postgres,
        Duration redis,
        long commits,
        long wal,
        long redisCalls,
        long allocated) {
    /** Fields of /proc/pid/stat after the name: utime, stime, cutime, cstime. */
    private static final int FIRST_TIME = 11;

    private static final int TIMES = 4;
    private static final long MILLIS_PER_TICK = 10;

    public static Usage of(ConfigurableApplicationContext application) throws IOException {
        JdbcClient jdbc = application.getBean(JdbcClient.class);
        String info;
        try (var connection = application.getBean(RedisClient.class).connect()) {
            info = connection.sync().info();
        }
        Path data = Path.of(application.getEnvironment().getProperty("data.dir"));
        long postmaster = Long.parseLong(Files.readAllLines(data.resolve("postgres/cluster/postmaster.pid"))
                .get(0));
        var process = (OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean();
        return new Usage(
                System.nanoTime(),
                Duration.ofNanos(process.getProcessCpuTime()),
                cpu(postmaster),
                cpu(number(info, "process_id")),
                jdbc.sql("SELECT sum(xact_commit) FROM pg_stat_database")
                        .query(Long.class)
                        .single(),
                jdbc.sql("SELECT pg_current_wal_insert_lsn() - '0/0'")
                        .query(Long.class)
                        .single(),
                number(info, "total_commands_processed"),
                allocatedBytes());
    }

    private static long allocatedBytes() {
        var threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
        return Arrays.stream(threads.getThreadAllocatedBytes(threads.getAllThreadIds()))
                .filter(bytes -> bytes > 0)
                .sum();
    }

    private static long number(String info, String name) {
        return info.lines()
                .filter(line -> line.startsWith(name + ":"))
                .mapToLong(
                        line -> Long.parseLong(line.substring(name.length() + 1).strip()))
                .findFirst()
                .orElseThrow();
    }

    /** Of the process, its living descendants and those that have ended. */
    private static Duration cpu(long pid) {
        LongStream all = LongStream.concat(
                LongStream.of(pid),
                ProcessHandle.of(pid).stream()
                        .flatMap(ProcessHandle::descendants)
                        .mapToLong(ProcessHandle::pid));
        return Duration.ofMillis(MILLIS_PER_TICK * all.map(Usage::ticks).sum());
    }

    private static long ticks(long pid) {
        try {
            String stat = Files.readString(Path.of("/proc/" + pid + "/stat"), UTF_8);
            String[] fields = stat.substring(stat.lastIndexOf(')') + 2).split(" ");
            return Arrays.stream(fields, FIRST_TIME, FIRST_TIME + TIMES)
                    .mapToLong(Long::parseLong)
                    .sum();
        } catch (IOException e) {
            return 0; // it has ended, and its parent has its time
        }
    }

    public static void printHead() {
        System.out.printf(
                Locale.ROOT,
                "%-10s %9s %9s | %s %n%-10s %9s %9s | %8s %10s %8s %8s | %10s %8s %12s %12s%n",
                "",
                "",
                "",
                "CPU ms/post",
                "",
                "posts",
                "posts/s",
                "JVM",
                "PostgreSQL",
                "Redis",
                "sum",
                "commits",
                "WAL kB",
                "Redis calls",
                "kB allocated");
    }

    /** @return posts a second */
    public double print(String what, Usage before, int posts) {
        double rate = posts / ((nanos - before.nanos()) / 1e9);
        double jvmMs = millis(jvm, before.jvm(), posts);
        double postgresMs = millis(postgres, before.postgres(), posts);
        double redisMs = millis(redis, before.redis(), posts);
        System.out.printf(
                Locale.ROOT,
                "%-10s %9d %9.0f | %8.3f %10.3f %8.3f %8.3f | %10.3f %8.2f %12.3f %12.1f%n",
                what,
                posts,
                rate,
                jvmMs,
                postgresMs,
                redisMs,
                jvmMs + postgresMs + redisMs,
                (double) (commits - before.commits()) / posts,
                (wal - before.wal()) / 1024.0 / posts,
                (double) (redisCalls - before.redisCalls()) / posts,
                (allocated - before.allocated()) / 1024.0 / posts);
        return rate;
    }

    private static double millis(Duration now, Duration before, int posts) {
        return now.minus(before).toNanos() / 1e6 / posts;
    }
}
