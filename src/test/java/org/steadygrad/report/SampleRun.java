package org.steadygrad.report;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import org.steadygrad.engine.StepTrace.LayerTrace;
import org.steadygrad.ops.Histogram;
import org.steadygrad.runlog.Baselines;
import org.steadygrad.runlog.CureTrial;
import org.steadygrad.runlog.Distributions;
import org.steadygrad.runlog.Finding;
import org.steadygrad.runlog.Gain;
import org.steadygrad.runlog.HealthSummary;
import org.steadygrad.runlog.Look;
import org.steadygrad.runlog.Prescription;
import org.steadygrad.runlog.RunEvent;
import org.steadygrad.runlog.RunResult;
import org.steadygrad.runlog.Severity;

/** Records of a run that nobody trained. */
final class SampleRun {
    private SampleRun() {}

    static RunEvent.Step step(int iteration, double loss) {
        return step(iteration, loss, loss);
    }

    static RunEvent.Step step(int iteration, double loss, double perStep) {
        return new RunEvent.Step(
                iteration, 0, loss, perStep, 2 * loss, iteration % 4 == 0 ? 0.5 : 1, Double.isFinite(loss), 1, 0.002);
    }

    static Look look(int iteration, int layers, int length) {
        List<LayerTrace> traces = new ArrayList<>();
        List<Look.Parameter> parameters = new ArrayList<>();
        for (int i = 1; i <= layers; i++) {
            traces.add(new LayerTrace("layer" + i, i, "relu", Math.pow(0.3, layers - i), 0.1 * i, 1, 0.2, 0.1 / i));
            parameters.add(new Look.Parameter("layer" + i + "_W", 0.1, 3, 0.001 * i, 0, 0));
        }
        List<Integer> steps = new ArrayList<>();
        List<Double> norms = new ArrayList<>();
        for (int t = 0; t < length; t++) {
            steps.add(t);
            norms.add(Math.pow(0.9, length - 1 - t));
        }
        List<Look.Profile> profiles = length == 0
                ? List.of()
                : List.of(
                        new Look.Profile("layer1", "forward", Math.min(length, 44), steps, norms),
                        new Look.Profile("layer1", "backward", Math.min(length, 44), steps, norms));
        List<Look.Gate> gates = List.of(
                new Look.Gate("layer1_W", "reset", 0.1), new Look.Gate("layer1_W", "update", Math.pow(0.9, iteration)));
        return new Look(iteration, 1, 2, 1, true, parameters, gates, traces, profiles, Optional.empty());
    }

    static Distributions distributions(int iteration, int tensors) {
        List<Distributions.Tensor> list = new ArrayList<>();
        Random random = new Random(iteration);
        for (int i = 1; i <= tensors; i++) {
            float[] values = new float[300];
            for (int k = 0; k < values.length; k++) {
                values[k] = (float) random.nextGaussian();
            }
            list.add(tensor("layer" + i, Distributions.Kind.ACTIVATION, values));
            list.add(tensor("layer" + i + "_W", Distributions.Kind.WEIGHT, values));
            list.add(tensor("layer" + i + "_W", Distributions.Kind.GRADIENT, values));
        }
        return new Distributions(iteration, list);
    }

    static Distributions.Tensor tensor(String name, Distributions.Kind kind, float... values) {
        return new Distributions.Tensor(name, kind, Histogram.of(values, 0, values.length));
    }

    static Finding finding(String id, Severity severity, String layer) {
        return new Finding(
                id,
                severity,
                layer,
                20,
                3,
                "The gradient of " + layer + " is 1e-9.",
                Map.of("norm", 1e-9),
                List.of(new Prescription(
                        "batch norm",
                        List.of("model.layers[0].stack.batchNorm=true"),
                        "It keeps the scale.",
                        "Ioffe 2015")));
    }

    static RunResult outcome(String name, int iterations, List<Finding> findings) {
        return new RunResult(
                name,
                "cpu",
                "2 threads",
                "float32",
                123,
                7,
                iterations,
                1,
                3.5,
                0.002,
                0.7,
                Map.of("loss", 0.5),
                iterations,
                Baselines.NONE,
                Gain.UNKNOWN,
                "all iterations done",
                true,
                0,
                0,
                0,
                List.of(),
                findings,
                HealthSummary.NONE);
    }

    /** A run with everything that charts show. */
    static RunView view(String name, int steps) {
        RunView view = new RunView(name);
        view.configured("name: sample\nseed: 7\nhealth: {updates: {small: 1.0E-6, large: 0.1}}\n", "run.yaml");
        for (int i = 1; i <= steps; i++) {
            view.happened(step(i, 2.0 / i));
            if (i % 10 == 1) {
                view.happened(look(i, 5, 17));
                view.happened(distributions(i, 3));
                view.happened(new RunEvent.Validated(
                        i, 0, Map.of("loss", 3.0 / i, "accuracy", 1 - 1.0 / i), true, Gain.UNKNOWN));
            }
        }
        view.happened(new RunEvent.RolledBack(steps / 2, "the loss rose", 1, 0.5));
        view.happened(new RunEvent.CureTried(
                new CureTrial(steps / 2 + 1, "gradient-spikes", "clip by global norm (1)", 20, 0.5, 1, true)));
        view.happened(new RunEvent.Found(20, finding("vanishing-gradient", Severity.ERROR, "layer1")));
        return view;
    }
}
