package routes;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;
import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;
import com.tngtech.archunit.library.dependencies.SliceAssignment;
import com.tngtech.archunit.library.dependencies.SliceIdentifier;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.springframework.boot.context.properties.ConfigurationProperties;
import routes.events.StreamCatalog;

/** What may not know what. */
@AnalyzeClasses(packages = "routes", importOptions = ImportOption.DoNotIncludeTests.class)
class ArchitectureTest {
    private static final Set<String> STAGES = Set.of(
            "ingest",
            "postpersistence",
            "tagging",
            "tagpersistence",
            "crawltrigger",
            "enrichment",
            "indexing",
            "digests",
            "cleanup");
    private static final Path SOURCES = Path.of("src/main/java/routes");

    @ArchTest
    static final ArchRule THE_COMPONENT_KNOWS_NOTHING_OF_OURS = noClasses()
            .that()
            .resideInAPackage("routes.redisstreams..")
            .should()
            .dependOnClassesThat(DescribedPredicate.describe(
                    "are of the product",
                    type -> type.getPackageName().startsWith("routes")
                            && !Set.of("routes.redisstreams", "routes.redis").contains(type.getPackageName())));

    @ArchTest
    static final ArchRule THE_COMPONENT_TDLIB_STANDS_ALONE = noClasses()
            .that()
            .resideInAPackage("routes.tdlib")
            .should()
            .dependOnClassesThat(DescribedPredicate.describe(
                    "are of another package of the product, or of Spring",
                    type -> type.getPackageName().startsWith("org.springframework")
                            || (type.getPackageName().startsWith("routes")
                                    && !type.getPackageName().equals("routes.tdlib"))));

    @ArchTest
    static final ArchRule THE_WAY_TO_REDIS_STANDS_ALONE = noClasses()
            .that()
            .resideInAPackage("routes.redis")
            .should()
            .dependOnClassesThat(DescribedPredicate.describe(
                    "are of another package of the product, or of a framework",
                    type -> type.getPackageName().startsWith("org.apache.camel")
                            || type.getPackageName().startsWith("org.springframework")
                            || (type.getPackageName().startsWith("routes")
                                    && !type.getPackageName().equals("routes.redis"))));

    /** The exceptions configure libraries that need Spring's connection factory. */
    @ArchTest
    static final ArchRule ALL_OTHER_CODE_GOES_TO_REDIS_BY_THAT_WAY = noClasses()
            .that()
            .resideOutsideOfPackages("routes.embedded", "routes.schedule")
            .should()
            .dependOnClassesThat()
            .resideInAPackage("org.springframework.data.redis..");

    @ArchTest
    static final ArchRule STAGES_DO_NOT_KNOW_EACH_OTHER =
            slices().assignedFrom(new Stages()).should().notDependOnEachOther();

    @ArchTest
    static final ArchRule STAGES_DO_NOT_KNOW_THE_COMPONENT =
            noClasses().that(areStages()).should().dependOnClassesThat().resideInAPackage("routes.redisstreams..");

    @ArchTest
    static final ArchRule STAGES_DO_NOT_KNOW_WHO_RUNS_OR_SHOWS_THEM = noClasses()
            .that(areStages())
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage("routes.api..", "routes.operations..", "routes.routefiles..");

    @ArchTest
    static final ArchRule PACKAGES_HAVE_NO_CYCLES =
            slices().matching("routes.(*)..").should().beFreeOfCycles();

    @ArchTest
    static final ArchRule EVENTS_STAND_ALONE = noClasses()
            .that()
            .resideInAPackage("routes.events..")
            .should()
            .dependOnClassesThat(DescribedPredicate.describe(
                    "are of another package of the product",
                    type -> type.getPackageName().startsWith("routes")
                            && !type.getPackageName().startsWith("routes.events")));

    /** By their names they are found without reading all classes. */
    @ArchTest
    static final ArchRule CONFIGURATION_RECORDS_ARE_FOUND_BY_THEIR_NAMES = classes()
            .that()
            .areAnnotatedWith(ConfigurationProperties.class)
            .should()
            .haveSimpleNameEndingWith("Properties");

    @Test
    void no_stream_name_stands_outside_the_catalogue_and_the_routes() throws IOException {
        List<String> names = new StreamCatalog()
                .streams().stream()
                        .flatMap(stream -> Stream.of(stream.name(), stream.key()))
                        .toList();
        assertThat(names).hasSizeGreaterThan(20);
        try (Stream<Path> sources = Files.walk(SOURCES)) {
            List<String> found = sources.filter(file -> file.toString().endsWith(".java"))
                    // the codec beside the catalogue knows what old producers wrote to which stream
                    .filter(file -> !file.startsWith(SOURCES.resolve("events")))
                    .flatMap(file -> names.stream()
                            .filter(name -> read(file).contains('"' + name + '"'))
                            .map(name -> file + " names " + name))
                    .toList();
            assertThat(found).isEmpty();
        }
    }

    @Test
    void names_of_tests_are_words_with_underscores() throws IOException {
        Pattern names = Pattern.compile("(?s)@(?:Parameterized|Repeated)?Test\\b.*?\n +(?:\\w+ )*void (\\w+)\\(");
        try (Stream<Path> sources = Files.walk(Path.of("src/test/java"))) {
            assertThat(sources.filter(file -> file.toString().endsWith(".java"))
                            .flatMap(file -> names.matcher(read(file)).results().map(name -> name.group(1))))
                    .isNotEmpty()
                    .noneMatch(name -> name.matches("[a-z0-9]+[A-Z].*"));
        }
    }

    /** {@code package-info.java} says it in its last sentence: {@code Uses: events, posts.} */
    @ArchTest
    void each_package_says_which_others_it_uses(JavaClasses classes) {
        Map<String, Set<String>> uses = new TreeMap<>();
        for (JavaClass type : classes) {
            Set<String> others = uses.computeIfAbsent(type.getPackageName(), name -> new TreeSet<>());
            type.getDirectDependenciesFromSelf().stream()
                    .map(dependency ->
                            dependency.getTargetClass().getBaseComponentType().getPackageName())
                    .filter(name -> name.startsWith("routes.") && !name.equals(type.getPackageName()))
                    .map(name -> name.substring("routes.".length()))
                    .forEach(others::add);
        }
        assertThat(uses).isNotEmpty().allSatisfy((name, others) -> {
            Path info = SOURCES.getParent().resolve(name.replace('.', '/')).resolve("package-info.java");
            String text = read(info);
            assertThat(text.substring(text.indexOf("Uses: "), text.indexOf("*/"))
                            .replaceAll("[\\s*]+", " ")
                            .strip())
                    .as("%s", info)
                    .isEqualTo("Uses: " + (others.isEmpty() ? "no other package" : String.join(", ", others)) + ".");
        });
    }

    private static String read(Path file) {
        try {
            return Files.readString(file);
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
    }

    private static DescribedPredicate<JavaClass> areStages() {
        return DescribedPredicate.describe("are of a stage", type -> STAGES.contains(stage(type)));
    }

    private static String stage(JavaClass type) {
        String[] parts = type.getPackageName().split("\\.");
        return parts.length > 1 ? parts[1] : "";
    }

    /** One slice a stage. */
    private static final class Stages implements SliceAssignment {
        @Override
        public SliceIdentifier getIdentifierOf(JavaClass type) {
            return STAGES.contains(stage(type)) ? SliceIdentifier.of(stage(type)) : SliceIdentifier.ignore();
        }

        @Override
        public String getDescription() {
            return "stages";
        }
    }
}
