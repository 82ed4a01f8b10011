package org.steadygrad.cli;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.steadygrad.spec.RunSpec;
import org.steadygrad.spec.yaml.RunFiles;

/**
 * One run of the demo.
 *
 * @param name of its run file among the program's resources
 * @param title what is trained, for the table
 * @param chanceLoss validation loss of a model that has learnt nothing but the mean
 */
record DemoPart(String name, String title, double chanceLoss) {
    private static final double LN_3 = Math.log(3);
    /** Variance of the sum of two numbers that are uniform on [0, 1]. */
    private static final double ADDING_VARIANCE = 1 / 6.0;

    static final List<DemoPart> ALL = List.of(
            new DemoPart("sigmoid-plain", "20 sigmoid layers", LN_3),
            new DemoPart("sigmoid-cured", "  + batch norm, residual", LN_3),
            new DemoPart("rnn-plain", "vanilla RNN, adding", ADDING_VARIANCE),
            new DemoPart("rnn-clipped", "  + clip by global norm 1", ADDING_VARIANCE),
            new DemoPart("gru-adding", "GRU, adding", ADDING_VARIANCE));

    RunSpec run() {
        String resource = "/org/steadygrad/demo/" + name + ".yaml";
        try (InputStream in = DemoPart.class.getResourceAsStream(resource)) {
            return RunFiles.parse(new String(in.readAllBytes(), StandardCharsets.UTF_8), "demo run file " + name);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
