package org.steadygrad.diagnose;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Predicate;
import java.util.function.ToDoubleFunction;
import org.steadygrad.diagnose.LayerFlow.Outlook;
import org.steadygrad.engine.StepTrace.LayerTrace;
import org.steadygrad.engine.UpdateOutcome.BlockUpdate;
import org.steadygrad.ops.FlatLayout;
import org.steadygrad.ops.ParameterBlock;
import org.steadygrad.spec.HealthSpec;

/** Puts together what a few first steps tell of each layer. */
final class LayerFlows {
    private final FlatLayout layout;
    private final List<Probe> probes;
    private final HealthSpec spec;
    private final TreeMap<Integer, Double> gradientByDepth = new TreeMap<>();

    /** @param layout of the probes' updates */
    LayerFlows(FlatLayout layout, List<Probe> probes, HealthSpec spec) {
        this.layout = layout;
        this.probes = probes;
        this.spec = spec;
    }

    /** From input to output. */
    List<LayerFlow> list() {
        List<LayerTrace> layers = probes.get(0).trace().layers();
        for (int i = 0; i < layers.size(); i++) {
            double gradient = gradient(i);
            if (Double.isFinite(gradient)) {
                gradientByDepth.merge(layers.get(i).depth(), gradient, Math::max);
            }
        }
        List<LayerFlow> flows = new ArrayList<>();
        for (int i = 0; i < layers.size(); i++) {
            LayerTrace layer = layers.get(i);
            double ratio = updateRatio(layer.layer());
            flows.add(new LayerFlow(
                    layer.layer(),
                    layer.depth(),
                    layer.activation(),
                    mean(i, LayerTrace::mean),
                    deviation(i),
                    i == 0 ? Double.NaN : deviation(i) / deviation(i - 1),
                    gradient(i),
                    i == layers.size() - 1 ? Double.NaN : gradient(i) / gradient(i + 1),
                    mean(i, LayerTrace::saturatedShare),
                    mean(i, LayerTrace::deadShare),
                    ratio,
                    verdict(layer.depth(), ratio)));
        }
        return flows;
    }

    private double mean(int layer, ToDoubleFunction<LayerTrace> value) {
        return probes.stream()
                .mapToDouble(probe -> value.applyAsDouble(probe.trace().layers().get(layer)))
                .average()
                .orElseThrow();
    }

    private double gradient(int layer) {
        return Math.sqrt(mean(layer, trace -> trace.outputGradientNorm() * trace.outputGradientNorm()));
    }

    private double deviation(int layer) {
        return Math.sqrt(mean(layer, trace -> trace.deviation() * trace.deviation()));
    }

    /** Of all weight matrices of a layer together; NaN when it has none or no update was made. */
    private double updateRatio(String layer) {
        return updateRatio(block -> block.layer().equals(layer));
    }

    /** Of all weight matrices together; NaN when there are none or no update was made. */
    double updateRatio() {
        return updateRatio(block -> true);
    }

    private double updateRatio(Predicate<ParameterBlock> which) {
        double updates = 0;
        double weights = 0;
        boolean applied = true;
        for (Probe probe : probes) {
            applied &= probe.update().applied();
            for (int i = 0; i < layout.blocks().size(); i++) {
                ParameterBlock block = layout.blocks().get(i);
                if (matrix(block) && which.test(block)) {
                    BlockUpdate update = probe.update().blocks().get(i);
                    updates += update.updateNorm() * update.updateNorm();
                    weights += update.weightNorm() * update.weightNorm();
                }
            }
        }
        return applied && weights > 0 ? Math.sqrt(updates / weights) : Double.NaN;
    }

    private static boolean matrix(ParameterBlock block) {
        return block.trained()
                && block.shape().size() >= 2
                && block.shape().stream().filter(size -> size > 1).count() >= 2;
    }

    /** Ratios by weight matrix. */
    Map<String, Double> updateRatios() {
        Map<String, Double> ratios = new TreeMap<>();
        layout.blocks().stream()
                .filter(LayerFlows::matrix)
                .forEach(block -> ratios.put(block.name(), updateRatio(block::equals)));
        return ratios;
    }

    /** By the same measures as the health rules' vanishing and exploding gradients and sizes of updates. */
    private Outlook verdict(int depth, double ratio) {
        Outlook verdict = Outlook.LEARNS;
        if (ratio < spec.updates().small()) {
            verdict = Outlook.STALLS;
        } else if (ratio > spec.updates().large()) {
            verdict = Outlook.BLOWS_UP;
        }
        double own = gradientByDepth.getOrDefault(depth, Double.NaN);
        for (var above : gradientByDepth.tailMap(depth, false).entrySet()) {
            double total = own / above.getValue();
            double perLayer = Math.pow(total, 1.0 / (above.getKey() - depth));
            if (total < spec.flow().total() && perLayer < spec.flow().vanishing()) {
                verdict = Outlook.STALLS;
            } else if (total > 1 / spec.flow().total() && perLayer > spec.flow().exploding()) {
                verdict = Outlook.BLOWS_UP;
            }
        }
        return verdict;
    }
}
