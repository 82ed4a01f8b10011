package org.steadygrad.health.prescribe;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.StringJoiner;
import org.steadygrad.check.Cases;
import org.steadygrad.check.Counted;
import org.steadygrad.data.DataDescription.InputKind;
import org.steadygrad.runlog.Finding;
import org.steadygrad.runlog.Prescription;
import org.steadygrad.spec.ActivationKind;
import org.steadygrad.spec.ClipSpec;
import org.steadygrad.spec.InitializerKind;
import org.steadygrad.spec.LayerSpec;
import org.steadygrad.spec.yaml.RunFiles;

/** Recurrent layers that carry signal and gradient over many steps. */
final class Memory {
    private static final int SHORTEST_CHRONO = 3;

    /** What gates remember from the start, for layers that have gates. */
    private static final Cases<LayerSpec.Recurrent, OptionalInt> CHRONO = Cases.<LayerSpec.Recurrent, OptionalInt>of(
                    LayerSpec.Recurrent.class)
            .on(LayerSpec.Gru.class, gru -> OptionalInt.of(gru.chrono()))
            .on(LayerSpec.Lstm.class, lstm -> OptionalInt.of(lstm.chrono()))
            .on(LayerSpec.Rnn.class, rnn -> OptionalInt.empty())
            .complete();

    private Memory() {}

    /** GRUs that start out remembering for as long as the task asks. */
    static Optional<Prescription> gru(FindingInRun c) {
        return gates(
                c,
                "gru",
                "chrono: " + lag(c),
                "GRU that remembers " + Counted.of(lag(c), "step"),
                chronoReason(c),
                Paper.GRU,
                Paper.CHRONO);
    }

    /** LSTMs that start out remembering for as long as the task asks. */
    static Optional<Prescription> lstm(FindingInRun c) {
        return gates(
                c,
                "lstm",
                "chrono: " + lag(c),
                "LSTM that remembers " + Counted.of(lag(c), "step"),
                chronoReason(c),
                Paper.LSTM,
                Paper.CHRONO);
    }

    /** GRUs as they come. */
    static Optional<Prescription> plainGru(FindingInRun c) {
        return gates(
                c,
                "gru",
                "",
                "GRU",
                reach(c)
                        + "A gate that keeps the state lets the gradient through as it is, where a vanilla layer"
                        + " multiplies it by its matrix at every step.",
                Paper.GRU);
    }

    private static String chronoReason(FindingInRun c) {
        return reach(c)
                + "Gates that keep the state let the gradient through as it is; the chrono biases make them keep it"
                + " over as many steps as the sequences have from the start, not only once that is learnt.";
    }

    private static Optional<Prescription> gates(
            FindingInRun c, String kind, String gateKey, String title, String reason, Paper... papers) {
        List<String> changes = new ArrayList<>();
        for (int i : c.all(LayerSpec.Rnn.class)) {
            LayerSpec.Rnn rnn = (LayerSpec.Rnn) c.layers().get(i);
            StringJoiner keys = new StringJoiner(", ", "{", "}").add("units: " + rnn.units());
            if (rnn.layers() > 1) {
                keys.add("layers: " + rnn.layers());
            }
            if (rnn.direction() != LayerSpec.Direction.FORWARD) {
                keys.add("direction: " + RunFiles.word(rnn.direction()));
            }
            if (rnn.dropout() > 0) {
                keys.add("dropout: " + rnn.dropout());
            }
            if (!gateKey.isEmpty()) {
                keys.add(gateKey);
            }
            changes.add("model.layers[" + i + "]={" + kind + ": " + keys + "}");
        }
        return FindingInRun.cure(title, changes, reason, papers);
    }

    /** Biases of gated layers that remember for as long as the task asks. */
    static Optional<Prescription> chrono(FindingInRun c) {
        List<String> changes = new ArrayList<>();
        for (int i : c.all(LayerSpec.Recurrent.class)) {
            OptionalInt now = CHRONO.of((LayerSpec.Recurrent) c.layers().get(i));
            if (now.isPresent() && now.getAsInt() < lag(c)) {
                changes.add(c.key(i, "chrono") + "=" + lag(c));
            }
        }
        return FindingInRun.cure(
                "gates that start out remembering " + Counted.of(lag(c), "step"),
                changes,
                chronoReason(c),
                Paper.CHRONO);
    }

    /** A forget gate that is open at the start. */
    static Optional<Prescription> forgetBias(FindingInRun c) {
        List<String> changes = new ArrayList<>();
        for (int i : c.all(LayerSpec.Lstm.class)) {
            LayerSpec.Lstm lstm = (LayerSpec.Lstm) c.layers().get(i);
            if (lstm.chrono() == 0 && lstm.forgetBias() < 1) {
                changes.add(c.key(i, "forgetBias") + "=1");
            }
        }
        return FindingInRun.cure(
                "forget gates open at the start",
                changes,
                reach(c)
                        + "With a bias below 1 the forget gate starts half closed and halves the cell's state at every"
                        + " step.",
                Paper.FORGET_BIAS);
    }

    /** ReLU and the identity, with a bound on the gradient's norm, which may grow there. */
    static Optional<Prescription> identity(FindingInRun c) {
        List<String> changes = new ArrayList<>();
        for (int i : c.all(LayerSpec.Rnn.class)) {
            changes.add(c.key(i, "activation") + "=relu");
            changes.add(c.key(i, "recurrentInit") + "=identity");
        }
        if (!changes.isEmpty() && c.run().training().clip() instanceof ClipSpec.None) {
            changes.add("training.clip={globalNorm: 1.0}");
        }
        return FindingInRun.cure(
                "ReLU layer that starts as the identity",
                changes,
                reach(c)
                        + "A recurrent matrix that starts as the identity copies state and gradient from step to step.",
                Paper.IRNN);
    }

    /** Recurrent matrices that turn but don't stretch. */
    static Optional<Prescription> orthogonal(FindingInRun c) {
        List<String> changes = new ArrayList<>();
        for (int i : c.all(LayerSpec.Recurrent.class)) {
            InitializerKind now = ((LayerSpec.Recurrent) c.layers().get(i)).recurrentInit();
            if (now != InitializerKind.AUTO && now != InitializerKind.ORTHOGONAL) {
                changes.add(c.key(i, "recurrentInit") + "=orthogonal");
            }
        }
        return FindingInRun.cure(
                "orthogonal recurrent weights",
                changes,
                reach(c) + "An orthogonal matrix keeps the length of what it multiplies, however many times.",
                Paper.ORTHOGONAL);
    }

    /** tanh, which bounds the state, in place of functions that don't. */
    static Optional<Prescription> bounded(FindingInRun c) {
        List<String> changes = new ArrayList<>();
        for (int i : c.all(LayerSpec.Rnn.class)) {
            LayerSpec.Rnn rnn = (LayerSpec.Rnn) c.layers().get(i);
            if (rnn.activation() != ActivationKind.TANH) {
                changes.add(c.key(i, "activation") + "=tanh");
                if (rnn.recurrentInit() != InitializerKind.AUTO) {
                    changes.add(c.key(i, "recurrentInit") + "=orthogonal");
                }
            }
        }
        return FindingInRun.cure(
                "tanh with orthogonal recurrent weights",
                changes,
                reach(c) + "A bounded state can't run away, and a matrix that keeps lengths doesn't push it there.",
                Paper.CLIPPING);
    }

    /** Windows of twice the length. */
    static Optional<Prescription> longerWindow(FindingInRun c) {
        int now = c.run().training().truncatedBptt();
        int longest = c.data().maxSteps();
        if (now == 0 || now >= longest) {
            return Optional.empty();
        }
        int then = (int) Math.min(2L * now, longest);
        return FindingInRun.cure(
                "windows of " + then + " steps",
                List.of("training.truncatedBptt=" + then),
                "Windows of " + now + " steps cut a gradient that would reach further back.",
                Paper.TRUNCATION);
    }

    /** No truncation. */
    static Optional<Prescription> wholeSequence(FindingInRun c) {
        return c.run().training().truncatedBptt() == 0
                ? Optional.empty()
                : FindingInRun.cure(
                        "gradients through whole sequences",
                        List.of("training.truncatedBptt=0"),
                        "Nothing is cut off; a step takes the memory and the time of "
                                + c.data().maxSteps() + " steps.",
                        Paper.TRUNCATION);
    }

    /** Steps that have to be bridged: what the task needs where that is known, else the sequences' length. */
    private static int lag(FindingInRun c) {
        Integer told = c.run().health().time().lag() == null
                ? c.data().lag()
                : c.run().health().time().lag();
        double known = told == null ? c.evidence("length", c.data().maxSteps()) : told;
        return (int) Math.max(SHORTEST_CHRONO, Math.min(known, 1_000_000));
    }

    private static String reach(FindingInRun c) {
        double horizon = c.evidence("horizon", Double.NaN);
        double factor = c.evidence("factorPerStep", Double.NaN);
        if (!Double.isNaN(horizon) && c.data().input() != InputKind.VECTOR) {
            return "The gradient reaches " + Math.round(horizon) + " of "
                    + Math.round(c.evidence("length", c.data().maxSteps())) + " steps back. ";
        }
        return Double.isNaN(factor)
                ? ""
                : "The gradient grows by a factor of " + Finding.number(factor) + " per step. ";
    }
}
