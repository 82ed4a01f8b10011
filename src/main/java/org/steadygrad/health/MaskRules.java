package org.steadygrad.health;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.dataset.api.MultiDataSet;
import org.steadygrad.nn.MaskAware;
import org.steadygrad.nn.MaskObstacles;
import org.steadygrad.ops.MaskedBatches;
import org.steadygrad.runlog.Finding;
import org.steadygrad.runlog.Severity;
import org.steadygrad.spec.FindingKind;

/**
 * {@code mask-ignored}: a batch has masked time steps, and DL4J's own passes read these like others in some layers, so that results
 * depend on the padding.
 */
public final class MaskRules {
    /** Of a network none of whose layers is affected. */
    static final MaskRules NONE = new MaskRules(List.of(), List.of(), List.of(), false);

    private final List<String> afterPadding;
    private final List<String> elsewhere;
    private final List<MaskObstacles.Obstacle> obstacles;
    private final boolean byEngine;

    private MaskRules(
            List<String> afterPadding,
            List<String> elsewhere,
            List<MaskObstacles.Obstacle> obstacles,
            boolean byEngine) {
        this.afterPadding = afterPadding;
        this.elsewhere = elsewhere;
        this.obstacles = obstacles;
        this.byEngine = byEngine;
    }

    /**
     * @param model that is trained
     * @param byEngine whether an engine of the toolkit trains it, which is right; otherwise DL4J does
     */
    public static MaskRules of(ComputationGraph model, boolean byEngine) {
        return new MaskRules(
                MaskAware.reading(model.getConfiguration(), true),
                MaskAware.reading(model.getConfiguration(), false),
                // engines refuse these by name
                byEngine ? List.of() : MaskObstacles.of(model.getConfiguration()),
                byEngine);
    }

    List<Finding> look(MultiDataSet batch) {
        INDArray mask = MaskedBatches.first(batch.getFeaturesMaskArrays());
        if ((elsewhere.isEmpty() && obstacles.isEmpty()) || mask == null || mask.rank() != 2) {
            return List.of();
        }
        Masked masked = masked(mask);
        List<Finding> found = new ArrayList<>();
        List<String> layers =
                masked == Masked.NOWHERE ? List.of() : masked == Masked.AT_THE_END ? afterPadding : elsewhere;
        if (!layers.isEmpty()) {
            found.add(reading(layers));
        }
        if (masked != Masked.NOWHERE) {
            obstacles.forEach(obstacle -> found.add(blocked(obstacle)));
        }
        return found;
    }

    private static Finding blocked(MaskObstacles.Obstacle obstacle) {
        return Finding.seen(
                FindingKind.MASK_IGNORED,
                Severity.WARNING,
                obstacle.name(),
                "What " + obstacle.name() + " puts out, or learns, depends on how much padding a batch has. "
                        + obstacle.reason(),
                Map.of("layers", 1.0));
    }

    private Finding reading(List<String> layers) {
        String names = String.join(", ", layers);
        String what = "DL4J's own passes read masked time steps like others in " + names
                + ", so that what is put out, and learnt, depends on how much padding a batch has.";
        String remedy = " MaskAware.of(configuration) gives a network that is right there, with the same parameters.";
        return Finding.seen(
                FindingKind.MASK_IGNORED,
                byEngine ? Severity.INFO : Severity.WARNING,
                layers.get(0),
                (byEngine
                                ? "The engine leaves masked steps out, but not so DL4J's own fit and output of this model: "
                                : "")
                        + what
                        + remedy,
                Map.of("layers", (double) layers.size()));
    }

    /** Where a batch's sequences have masked steps. */
    private enum Masked {
        NOWHERE,
        AT_THE_END,
        ELSEWHERE
    }

    private static Masked masked(INDArray mask) {
        double[] there = mask.dup('c').data().asDouble();
        int steps = (int) mask.size(1);
        boolean masked = false;
        boolean atEnd = true;
        for (int i = 0; i < there.length; i++) {
            masked |= there[i] == 0;
            atEnd &= i % steps == 0 || there[i] == 0 || there[i - 1] != 0;
        }
        return !masked ? Masked.NOWHERE : atEnd ? Masked.AT_THE_END : Masked.ELSEWHERE;
    }
}
