package org.steadygrad.engine;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.StreamSupport;
import org.deeplearning4j.nn.conf.ComputationGraphConfiguration;
import org.deeplearning4j.nn.conf.layers.OutputLayer;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.learning.config.AdaDelta;
import org.nd4j.linalg.learning.config.IUpdater;
import org.nd4j.linalg.learning.config.Nesterovs;
import org.nd4j.linalg.learning.config.Sgd;
import org.nd4j.linalg.schedule.ScheduleType;
import org.nd4j.linalg.schedule.StepSchedule;
import org.steadygrad.nn.TorchUpdater;

/** Where PyTorch's optimisers take eight parameters, in double; make.py beside the numbers says how they come about. */
final class TorchUpdates {
    static final int PARAMETERS = 8;

    private static final double[] SIZES = {1, 1e-8, 1e-12, 0, 1e4, 1e15, 1, 1};

    private final JsonNode node;

    private TorchUpdates(JsonNode node) {
        this.node = node;
    }

    static List<TorchUpdates> all() {
        try (InputStream file = TorchUpdates.class.getResourceAsStream("/updaters/torch.json")) {
            return StreamSupport.stream(
                            new ObjectMapper().readTree(file).get("cases").spliterator(), false)
                    .map(TorchUpdates::new)
                    .toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private String rule() {
        return node.get("rule").asText();
    }

    private double setting(String name, double otherwise) {
        return node.get("settings").path(name).asDouble(otherwise);
    }

    private double beta(int index) {
        return node.get("settings").get("betas").get(index).asDouble();
    }

    private double epsilon() {
        return setting("eps", 0);
    }

    private IUpdater updater() {
        double rate = setting("lr", 0);
        IUpdater updater =
                switch (rule()) {
                    case "sgd" -> new Sgd(rate);
                    case "nesterovs" -> new Nesterovs(rate, setting("momentum", 0));
                    case "adam", "adamw" -> TorchUpdater.adam(rate, beta(0), beta(1), epsilon());
                    case "amsGrad" -> TorchUpdater.amsGrad(rate, beta(0), beta(1), epsilon());
                    case "nadam" -> TorchUpdater.nadam(rate, beta(0), beta(1), epsilon());
                    case "rmsProp" -> TorchUpdater.rmsProp(rate, setting("alpha", 0), epsilon());
                    case "adaMax" -> TorchUpdater.adaMax(rate, beta(0), beta(1), epsilon());
                    case "adaGrad" -> TorchUpdater.adaGrad(rate, epsilon());
                    case "adaDelta" -> new AdaDelta(setting("rho", 0), epsilon());
                    default -> throw new AssertionError("unknown rule " + rule());
                };
        if (node.get("halved").asBoolean()) {
            updater.setLrAndSchedule(rate, new StepSchedule(ScheduleType.ITERATION, rate, 0.5, 3));
        }
        return updater;
    }

    /** One layer without bias that has the parameters. */
    Function<DataType, ComputationGraphConfiguration> model() {
        OutputLayer.Builder layer = UpdateModels.output(PARAMETERS, 1).hasBias(false);
        double decay = setting("weight_decay", 0);
        if (rule().equals("adamw")) {
            layer.weightDecay(decay, true);
        } else if (decay > 0) {
            layer.l2(decay);
        }
        return UpdateModels.chain(updater(), layer.build());
    }

    float[] start() {
        float[] start = new float[PARAMETERS];
        for (int i = 0; i < PARAMETERS && node.get("start").asBoolean(); i++) {
            start[i] = (i - 3) / 4f;
        }
        return start;
    }

    /** @param step counted from 0 */
    static float[] gradient(int step) {
        float[] gradient = new float[PARAMETERS];
        for (int i = 0; i < PARAMETERS; i++) {
            gradient[i] = (float) (SIZES[i] * ((7 * step + 3 * i) % 11 - 5) / 4);
        }
        gradient[6] = step >= 5 ? gradient[6] : 0;
        gradient[7] = step % 2 == 0 ? 0.5f : -0.5f;
        return gradient;
    }

    /** Parameters minus start, by number of steps; in ascending order. */
    List<Map.Entry<Integer, double[]>> moved() {
        List<Map.Entry<Integer, double[]>> moved = new ArrayList<>();
        node.get("moved")
                .properties()
                .forEach(entry -> moved.add(Map.entry(
                        Integer.valueOf(entry.getKey()),
                        new ObjectMapper().convertValue(entry.getValue(), double[].class))));
        return moved;
    }

    @Override
    public String toString() {
        return rule() + " " + node.get("settings") + (node.get("halved").asBoolean() ? ", halved" : "");
    }
}
