package dev.ekiden.fleet.cost;

import dev.ekiden.fleet.InvalidSettingException;
import dev.ekiden.fleet.cost.Price.BilledFrom;
import dev.ekiden.fleet.yaml.YamlDocument;
import dev.ekiden.fleet.yaml.YamlMap;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.math.BigDecimal;
import java.nio.charset.StandardCharsets;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.Map;

/** Prices by name. Each says when it was so and who says so. */
public final class PriceList {
  private static final String SHIPPED = "/dev/ekiden/fleet/prices.yaml";

  private final Map<String, Price> prices;

  private PriceList(Map<String, Price> prices) {
    this.prices = prices;
  }

  /** The prices that come with Ekiden: AWS Fargate and Lambda, CodeBuild, and {@code free}. */
  public static PriceList shipped() {
    try (InputStream in = PriceList.class.getResourceAsStream(SHIPPED)) {
      if (in == null) {
        throw new IllegalStateException("no resource " + SHIPPED);
      }
      return parse("prices.yaml", new String(in.readAllBytes(), StandardCharsets.UTF_8));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /**
   * Reads a list.
   *
   * @param file named in messages
   * @throws dev.ekiden.fleet.yaml.YamlException with the line, what is wrong and what is allowed
   */
  public static PriceList parse(String file, String text) {
    Map<String, Price> prices = new LinkedHashMap<>();
    prices.put(Price.FREE.name(), Price.FREE);
    YamlMap document = YamlDocument.parse(file, text).map();
    for (YamlMap entry : document.maps("prices")) {
      Price price = read(entry);
      if (prices.put(price.name(), price) != null) {
        throw entry.mistake("there are two prices named " + price.name());
      }
    }
    document.end();
    return new PriceList(prices);
  }

  /** These and one more, which takes the place of one of the same name. */
  public PriceList with(Price price) {
    Map<String, Price> all = new LinkedHashMap<>(prices);
    all.put(price.name(), price);
    return new PriceList(all);
  }

  /**
   * The price of a name.
   *
   * @throws InvalidSettingException naming those there are
   */
  public Price named(String name) {
    Price price = prices.get(name);
    if (price == null) {
      throw new InvalidSettingException(
          "price",
          "there is no price '%s'; known are %s"
              .formatted(name, String.join(", ", prices.keySet())));
    }
    return price;
  }

  public Collection<Price> all() {
    return new ArrayList<>(prices.values());
  }

  /** One price, as it stands in a list or a scenario. */
  public static Price read(YamlMap entry) {
    Price price =
        entry.checked(() ->
            new Price(
                entry.text("name"),
                entry.decimal("vcpu-hour", BigDecimal.ZERO),
                entry.decimal("gib-hour", BigDecimal.ZERO),
                entry.decimal("start", BigDecimal.ZERO),
                entry.decimal("hour", BigDecimal.ZERO),
                entry.time("minimum", java.time.Duration.ZERO),
                entry.time("step", java.time.Duration.ofSeconds(1)),
                entry.choice("billed-from", BilledFrom.values(), BilledFrom.REQUEST),
                entry.read("as-of", LocalDate::parse, "a date such as 2026-09-06"),
                entry.text("source")));
    entry.end();
    return price;
  }
}
