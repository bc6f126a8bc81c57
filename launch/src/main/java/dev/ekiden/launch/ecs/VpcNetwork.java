package dev.ekiden.launch.ecs;

import java.util.List;

/**
 * Where in a VPC a task has its network interface.
 *
 * @param subnets 1 to {@value #MAX_SUBNETS}; of several zones, so that one without room does not
 *     matter
 * @param securityGroups at most {@value #MAX_SECURITY_GROUPS}; none: the default one of the VPC
 * @param assignPublicIp whether it gets a public address, which it needs to fetch images where
 *     there is no NAT and no endpoint
 */
public record VpcNetwork(
    List<String> subnets, List<String> securityGroups, boolean assignPublicIp) {

  public static final int MAX_SUBNETS = 16;
  public static final int MAX_SECURITY_GROUPS = 5;

  public VpcNetwork {
    subnets = List.copyOf(subnets);
    securityGroups = List.copyOf(securityGroups);
    if (subnets.isEmpty() || subnets.size() > MAX_SUBNETS) {
      throw new IllegalArgumentException(
          "A network has 1 to " + MAX_SUBNETS + " subnets, not " + subnets.size());
    }
    if (securityGroups.size() > MAX_SECURITY_GROUPS) {
      throw new IllegalArgumentException(
          "A network has at most "
              + MAX_SECURITY_GROUPS
              + " security groups, not "
              + securityGroups.size());
    }
  }
}
