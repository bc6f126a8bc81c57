package dev.ekiden.launch;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.fabric8.kubernetes.api.model.Container;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.KubernetesResource;
import io.fabric8.kubernetes.api.model.Namespace;
import io.fabric8.kubernetes.api.model.PodSpec;
import io.fabric8.kubernetes.api.model.Probe;
import io.fabric8.kubernetes.api.model.Quantity;
import io.fabric8.kubernetes.api.model.Service;
import io.fabric8.kubernetes.api.model.apps.Deployment;
import io.fabric8.kubernetes.api.model.networking.v1.NetworkPolicy;
import io.fabric8.kubernetes.client.utils.Serialization;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** What a user applies, read by the libraries that the launchers use. */
final class DeployTest {

  private static final Path KUBERNETES = Path.of("../deploy/kubernetes");
  private static final Path ECS = Path.of("../deploy/ecs");

  private static List<HasMetadata> manifests() throws IOException {
    List<HasMetadata> found = new ArrayList<>();
    try (Stream<Path> files = Files.list(KUBERNETES)) {
      for (Path file : files.filter(one -> one.toString().endsWith(".yaml")).sorted().toList()) {
        for (String document : Files.readString(file).split("(?m)^---$")) {
          found.add((HasMetadata) Serialization.unmarshal(document, KubernetesResource.class));
        }
      }
    }
    return found;
  }

  private static <T> List<T> all(Class<T> kind) throws IOException {
    return manifests().stream().filter(kind::isInstance).map(kind::cast).toList();
  }

  @Test
  void everyManifestHasAKnownKindAndOnlyKnownFields() throws IOException {
    List<HasMetadata> manifests = manifests();
    assertThat(manifests).hasSizeGreaterThan(10);
    for (HasMetadata manifest : manifests) {
      assertThat(manifest.getClass().getSimpleName()).isEqualTo(manifest.getKind());
      // What the library does not know it keeps apart: a misspelt field.
      assertThat(unknown(manifest)).as(manifest.getFullResourceName()).isEmpty();
    }
  }

  private static List<String> unknown(Object part) {
    List<String> found = new ArrayList<>();
    if (part instanceof List<?> list) {
      list.forEach(one -> found.addAll(unknown(one)));
      return found;
    }
    if (part == null || !part.getClass().getName().startsWith("io.fabric8.kubernetes.api")) {
      return found;
    }
    for (var method : part.getClass().getMethods()) {
      try {
        if (method.getName().equals("getAdditionalProperties")) {
          ((java.util.Map<?, ?>) method.invoke(part))
              .keySet()
              .forEach(key -> found.add(key.toString()));
        } else if (method.getName().startsWith("get")
            && method.getParameterCount() == 0
            && !method.getName().equals("getClass")) {
          found.addAll(unknown(method.invoke(part)));
        }
      } catch (ReflectiveOperationException e) {
        throw new AssertionError(e);
      }
    }
    return found;
  }

  @Test
  void everyPodIsShutIn() throws IOException {
    assertThat(all(Deployment.class)).hasSize(2);
    for (Deployment deployment : all(Deployment.class)) {
      PodSpec pod = deployment.getSpec().getTemplate().getSpec();
      assertThat(pod.getSecurityContext().getRunAsNonRoot()).isTrue();
      assertThat(pod.getSecurityContext().getRunAsUser()).isEqualTo(10_001);
      assertThat(pod.getSecurityContext().getSeccompProfile().getType())
          .isEqualTo("RuntimeDefault");
      for (Container container : pod.getContainers()) {
        var security = container.getSecurityContext();
        assertThat(security.getReadOnlyRootFilesystem()).isTrue();
        assertThat(security.getAllowPrivilegeEscalation()).isFalse();
        assertThat(security.getCapabilities().getDrop()).containsExactly("ALL");
        assertThat(container.getResources().getLimits()).containsKeys("cpu", "memory");
        assertThat(container.getResources().getRequests().get("memory"))
            .isEqualTo(container.getResources().getLimits().get("memory"));
        assertThat(Quantity.getAmountInBytes(container.getResources().getLimits().get("memory")))
            .isGreaterThanOrEqualTo(java.math.BigDecimal.valueOf(1L << 30));
      }
      assertThat(deployment.getSpec().getSelector().getMatchLabels().entrySet())
          .isSubsetOf(deployment.getSpec().getTemplate().getMetadata().getLabels().entrySet());
    }
    assertThat(all(Namespace.class))
        .allSatisfy(namespace ->
            assertThat(namespace.getMetadata().getLabels())
                .containsEntry("pod-security.kubernetes.io/enforce", "restricted"));
  }

  @Test
  void probesAskByANameThatTheServerKnows() throws IOException {
    Container server =
        all(Deployment.class).stream()
            .filter(one -> one.getMetadata().getName().equals("ekiden"))
            .map(one -> one.getSpec().getTemplate().getSpec().getContainers().getFirst())
            .findFirst()
            .orElseThrow();
    int port = server.getPorts().getFirst().getContainerPort();
    List<Probe> probes =
        List.of(server.getStartupProbe(), server.getLivenessProbe(), server.getReadinessProbe());
    assertThat(probes)
        .allSatisfy(probe ->
            assertThat(probe.getHttpGet().getHttpHeaders())
                .extracting(header -> header.getName() + " " + header.getValue())
                .containsExactly("Host localhost:" + port));
    assertThat(probes)
        .extracting(probe -> probe.getHttpGet().getPath())
        .containsExactly("/health", "/health", "/ready");
    assertThat(all(Service.class).getFirst().getSpec().getPorts().getFirst().getPort())
        .isEqualTo(port);
  }

  @Test
  void eachNetworkOfTheDocsHasAPolicy() throws IOException {
    List<NetworkPolicy> policies =
        all(NetworkPolicy.class).stream()
            .filter(policy -> policy.getMetadata().getNamespace().equals("ekiden-tasks"))
            .toList();
    assertThat(policies)
        .extracting(policy -> policy.getMetadata().getName())
        .containsExactlyInAnyOrder("none", "default", "database");
    NetworkPolicy none = policies.getFirst();
    assertThat(none.getSpec().getPodSelector().getMatchLabels()).isNullOrEmpty();
    assertThat(none.getSpec().getPolicyTypes()).containsExactly("Ingress", "Egress");
    assertThat(none.getSpec().getEgress()).isNullOrEmpty();
    assertThat(policies.stream().skip(1))
        .allSatisfy(policy ->
            assertThat(policy.getSpec().getPodSelector().getMatchLabels())
                .containsEntry("ekiden.dev/network", policy.getMetadata().getName()));
  }

  @Test
  void everyContainerOfFargateIsShutIn() throws IOException {
    ObjectMapper json = new ObjectMapper();
    for (String name : List.of("server.json", "worker.json")) {
      JsonNode definition = json.readTree(Files.readString(ECS.resolve(name)));
      JsonNode container = definition.path("containerDefinitions").path(0);
      assertThat(container.path("user").asText()).isEqualTo("10001:10001");
      assertThat(container.path("readonlyRootFilesystem").asBoolean()).isTrue();
      assertThat(container.path("stopTimeout").asInt()).isEqualTo(120);
      assertThat(container.at("/linuxParameters/capabilities/drop/0").asText()).isEqualTo("ALL");
      assertThat(container.path("command").path(0).asText() + ".json").isEqualTo(name);
      assertThat(container.path("environment").toString()).doesNotContain("PASSWORD");
    }
    assertThat(Objects.requireNonNull(ECS.toFile().list())).contains("README.md");
  }
}
