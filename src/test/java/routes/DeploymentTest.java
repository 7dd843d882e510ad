package routes;

import static java.util.stream.Collectors.toMap;
import static java.util.stream.Collectors.toSet;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.introspect.Annotated;
import com.fasterxml.jackson.databind.introspect.JacksonAnnotationIntrospector;
import com.fasterxml.jackson.databind.node.BooleanNode;
import io.fabric8.kubernetes.api.model.ConfigMap;
import io.fabric8.kubernetes.api.model.Namespace;
import io.fabric8.kubernetes.api.model.PersistentVolumeClaim;
import io.fabric8.kubernetes.api.model.Secret;
import io.fabric8.kubernetes.api.model.Service;
import io.fabric8.kubernetes.api.model.apps.Deployment;
import io.fabric8.kubernetes.api.model.networking.v1.NetworkPolicy;
import io.fabric8.kubernetes.api.model.policy.v1.PodDisruptionBudget;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.Test;
import org.yaml.snakeyaml.Yaml;
import routes.configuration.Setting;
import routes.routefiles.PipelineStages;

/** The examples of a deployment match the program: stages, settings, folders of the image, fields of Kubernetes. */
class DeploymentTest {
    private static final Path KUBERNETES = Path.of("deploy/kubernetes");
    private static final Map<String, Class<?>> KINDS = Stream.<Class<?>>of(
                    ConfigMap.class,
                    Deployment.class,
                    Namespace.class,
                    NetworkPolicy.class,
                    PersistentVolumeClaim.class,
                    PodDisruptionBudget.class,
                    Secret.class,
                    Service.class)
            .collect(toMap(Class::getSimpleName, kind -> kind));

    private final ObjectMapper json = new ObjectMapper();

    private JsonNode compose() throws IOException {
        return json.valueToTree(new Yaml().<Object>load(Files.readString(Path.of("docker-compose.yml"))));
    }

    private List<JsonNode> objects(String file) throws IOException {
        List<JsonNode> objects = new ArrayList<>();
        new Yaml()
                .loadAll(Files.readString(KUBERNETES.resolve(file)))
                .forEach(one -> objects.add(json.valueToTree(one)));
        return objects;
    }

    private static Stream<String> stages(String routes) {
        return Arrays.stream(routes.split(","));
    }

    @Test
    void the_processes_of_docker_compose_run_every_stage_exactly_once() throws IOException {
        List<String> stages = StreamSupport.stream(compose().path("services").spliterator(), false)
                .filter(service -> service.at("/environment/PIPELINE_ROUTES").isTextual())
                .flatMap(service ->
                        stages(service.at("/environment/PIPELINE_ROUTES").asText()))
                .toList();

        assertThat(stages).containsExactlyInAnyOrderElementsOf(PipelineStages.KNOWN);
    }

    @Test
    void the_deployments_of_kubernetes_run_every_stage() throws IOException {
        Set<String> stages = new HashSet<>();
        for (JsonNode deployment : objects("processes.yaml")) {
            String routes = deployment
                    .at("/spec/template/spec/containers/0/env/0/value")
                    .asText();
            stages(routes).forEach(stages::add);
            assertThat(deployment.at("/spec/selector/matchLabels"))
                    .isEqualTo(deployment.at("/spec/template/metadata/labels"));
        }
        assertThat(stages).containsExactlyInAnyOrderElementsOf(PipelineStages.KNOWN);
    }

    @Test
    void what_they_set_are_settings() throws IOException {
        Set<String> set = new HashSet<>();
        compose().path("x-environment").fieldNames().forEachRemaining(set::add);
        objects("settings.yaml").get(0).path("data").fieldNames().forEachRemaining(set::add);
        objects("secret.example.yaml").get(0).path("stringData").fieldNames().forEachRemaining(set::add);
        for (JsonNode deployment : objects("processes.yaml")) {
            deployment
                    .findValues("env")
                    .forEach(variables -> variables.forEach(
                            variable -> set.add(variable.path("name").asText())));
        }

        assertThat(set).hasSizeGreaterThan(10);
        assertThat(Setting.all().stream().map(Setting::variable).collect(toSet()))
                .containsAll(set);
    }

    @Test
    void no_password_of_a_server_in_the_file_env_looks_like_a_setting() throws IOException {
        // the processes read the same file, and warn of variables that resemble a setting
        Set<String> settings = Setting.all().stream().map(Setting::variable).collect(toSet());
        Set<String> prefixes = settings.stream()
                .map(name -> name.substring(0, name.indexOf('_') + 1))
                .collect(toSet());

        assertThat(Pattern.compile("\\$\\{([A-Z_]+)")
                        .matcher(Files.readString(Path.of("docker-compose.yml")))
                        .results()
                        .map(variable -> variable.group(1))
                        .filter(variable -> !settings.contains(variable)))
                .isNotEmpty()
                .noneMatch(variable -> prefixes.stream().anyMatch(variable::startsWith));
    }

    @Test
    void kubernetes_adds_no_settings_of_its_own() throws IOException {
        // for a service named api, it would set API_PORT to tcp://…
        assertThat(objects("process.yaml").get(0).at("/spec/template/spec/enableServiceLinks"))
                .isEqualTo(BooleanNode.FALSE);
    }

    @Test
    void the_image_has_the_folders_that_are_mounted_and_its_user_owns_them() throws IOException {
        String image = Files.readString(Path.of("Dockerfile"));
        assertThat(image).contains("mkdir -p data/media imports && chown assistant data data/media imports");
        Set<String> mounted = compose().path("services").findValues("volumes").stream()
                .flatMap(volumes -> StreamSupport.stream(volumes.spliterator(), false))
                .map(volume -> volume.asText().split(":")[1])
                .filter(path -> path.startsWith("/app/"))
                .collect(toSet());
        assertThat(mounted).containsOnly("/app/config", "/app/data", "/app/data/media", "/app/imports");
        assertThat(image).contains("useradd --system --uid 10001 ");
        assertThat(objects("process.yaml")
                        .get(0)
                        .at("/spec/template/spec/securityContext/runAsUser")
                        .asInt())
                .isEqualTo(10_001);
    }

    @Test
    void kubernetes_knows_every_field() throws IOException {
        // the models collect unknown fields instead of rejecting them
        ObjectMapper strict = new ObjectMapper().setAnnotationIntrospector(new JacksonAnnotationIntrospector() {
            @Override
            public Boolean hasAnySetter(Annotated member) {
                return false;
            }
        });
        List<String> files = objects("kustomization.yaml")
                .get(0)
                .path("resources")
                .valueStream()
                .map(JsonNode::asText)
                .toList();
        assertThat(files).isNotEmpty();
        for (String file : Stream.concat(files.stream(), Stream.of("process.yaml", "secret.example.yaml"))
                .toList()) {
            for (JsonNode object : objects(file)) {
                Class<?> kind = KINDS.get(object.path("kind").asText());
                assertThat(kind).as("%s in %s", object.path("kind"), file).isNotNull();
                assertThat(strict.convertValue(object, kind)).as(file).isNotNull();
            }
        }
    }
}
