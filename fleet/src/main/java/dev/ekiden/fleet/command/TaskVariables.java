package dev.ekiden.fleet.command;

/** The variables that tell the program of a job what it runs for, besides those of its launcher. */
public final class TaskVariables {
  /** The id of the job. */
  public static final String JOB = "EKIDEN_JOB";

  /** The number of the attempt. */
  public static final String ATTEMPT = "EKIDEN_ATTEMPT";

  /** The name of the definition. */
  public static final String DEFINITION = "EKIDEN_DEFINITION";

  /** The revision of the definition. */
  public static final String REVISION = "EKIDEN_REVISION";

  /** The parameters as JSON, where no file can be given: on Amazon ECS. */
  public static final String PARAMETERS = "EKIDEN_PARAMETERS";

  /** The path of a file with the parameters as JSON. */
  public static final String PARAMETERS_FILE = PARAMETERS + "_FILE";

  private TaskVariables() {}
}
