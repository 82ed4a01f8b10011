package org.steadygrad.cli;

import java.util.Map;
import picocli.CommandLine.Help.Ansi;

/**
 * Where progress is shown.
 *
 * @param terminal whether lines can be drawn over
 * @param colours whether colours may be used
 * @param width columns to fill
 */
record Screen(boolean terminal, boolean colours, int width) {
    /** Set by the launcher: columns of the terminal that standard error goes to, 0 when it goes elsewhere. */
    static final String COLUMNS_OF_ERRORS = "STEADYGRAD_TERMINAL";

    /** Standard error of this process. */
    static Screen errors() {
        return errors(System.getenv(), Ansi.AUTO.enabled());
    }

    /**
     * Standard error, as the launcher saw it.
     *
     * @param environment the process's, with NO_COLOR (no-color.org) and TERM
     * @param likely whether it seems to be a terminal, for when the launcher didn't look
     */
    static Screen errors(Map<String, String> environment, boolean likely) {
        String columns = environment.getOrDefault(COLUMNS_OF_ERRORS, "");
        boolean looked = columns.matches("[0-9]{1,6}");
        boolean terminal = (looked ? Integer.parseInt(columns) > 0 : likely) && !"dumb".equals(environment.get("TERM"));
        boolean colours = terminal && environment.getOrDefault("NO_COLOR", "").isEmpty();
        return new Screen(terminal, colours, Terminal.width(looked && terminal ? columns : environment.get("COLUMNS")));
    }
}
