package org.steadygrad.exchange.graph;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import org.steadygrad.check.Cases;

/** Takes a recurrent layer through a sequence, example by example. */
final class CellLoop {
    private static final Cases<Cell, Function<CellLoop, Step>> STEPS = Cases.<Cell, Function<CellLoop, Step>>of(
                    Cell.class)
            .on(Cell.Simple.class, cell -> loop -> (x, state) -> loop.simple(cell, x, state))
            .on(Cell.Lstm.class, cell -> loop -> (x, state) -> loop.lstm(cell, x, state))
            .on(Cell.Gru.class, cell -> loop -> (x, state) -> loop.gru(cell, x, state))
            .complete();

    /** From a step's input and the states before it to those after it. */
    private interface Step {
        double[][] of(double[] x, double[][] state);
    }

    private final Operation.Recurrent op;
    private final List<Tensor> in;
    private final int units;

    CellLoop(Operation.Recurrent op, List<Tensor> in) {
        this.op = op;
        this.in = in;
        units = op.cell().units();
    }

    List<Tensor> outputs() {
        Tensor x = in.get(0);
        int steps = x.size(1);
        Step step = STEPS.of(op.cell()).apply(this);
        double[] sequence = new double[x.size(0) * steps * units];
        double[][] ends = new double[op.cell().states()][x.size(0) * units];
        for (int example = 0; example < x.size(0); example++) {
            double[][] state = starts(example);
            double[] shown = new double[units];
            for (int i = 0; i < steps; i++) {
                int row = example * steps + (op.reversed() ? steps - 1 - i : i);
                if (!op.masked() || in.get(1).values()[row] != 0) {
                    state = step.of(row(x, row), state);
                    shown = state[0];
                } else if (op.maskedOutput() == Operation.MaskedOutput.ZERO) {
                    shown = new double[units];
                }
                System.arraycopy(shown, 0, sequence, row * units, units);
            }
            for (int k = 0; k < ends.length; k++) {
                System.arraycopy(state[k], 0, ends[k], example * units, units);
            }
        }
        List<Tensor> outputs = new ArrayList<>();
        outputs.add(x.withLast(units, sequence));
        for (double[] end : ends) {
            outputs.add(new Tensor(new int[] {x.size(0), units}, end));
        }
        return outputs;
    }

    private double[][] starts(int example) {
        double[][] state = new double[op.cell().states()][units];
        int first = op.masked() ? 2 : 1;
        for (int k = 0; op.starts() && k < state.length; k++) {
            state[k] = row(in.get(first + k), example);
        }
        return state;
    }

    private static double[] row(Tensor tensor, int row) {
        double[] values = new double[tensor.last()];
        System.arraycopy(tensor.values(), row * values.length, values, 0, values.length);
        return values;
    }

    private double clipped(double argument) {
        return Math.max(-op.clip(), Math.min(op.clip(), argument));
    }

    private double[][] simple(Cell.Simple cell, double[] x, double[][] state) {
        double[] sums = sums(cell, x, state[0]);
        cell.bias().ifPresent(bias -> GraphEvaluator.addRows(sums, bias.values()));
        double[] h = new double[units];
        for (int k = 0; k < units; k++) {
            h[k] = cell.activation().at(clipped(sums[k]));
        }
        return new double[][] {h};
    }

    private static double[] sums(Cell cell, double[] x, double[] h) {
        double[] sums = GraphEvaluator.product(x, cell.kernel());
        double[] recurrent = GraphEvaluator.product(h, cell.recurrent());
        for (int k = 0; k < sums.length; k++) {
            sums[k] += recurrent[k];
        }
        return sums;
    }

    private double[][] lstm(Cell.Lstm cell, double[] x, double[][] state) {
        double[] sums = sums(cell, x, state[0]);
        cell.bias().ifPresent(bias -> GraphEvaluator.addRows(sums, bias.values()));
        double[] c = new double[units];
        double[] h = new double[units];
        for (int k = 0; k < units; k++) {
            double before = state[1][k];
            double i = cell.gate().at(clipped(sums[k] + peephole(cell, 0, k) * before));
            double f = cell.gate().at(clipped(sums[units + k] + peephole(cell, 1, k) * before));
            double g = cell.candidate().at(clipped(sums[2 * units + k]));
            c[k] = f * before + i * g;
            double o = cell.gate().at(clipped(sums[3 * units + k] + peephole(cell, 2, k) * c[k]));
            h[k] = o * cell.output().at(c[k]);
        }
        return new double[][] {h, c};
    }

    private double peephole(Cell.Lstm cell, int gate, int unit) {
        return cell.peepholes().isPresent() ? cell.peepholes().get().values()[gate * units + unit] : 0;
    }

    private double[][] gru(Cell.Gru cell, double[] x, double[][] state) {
        double[] h = state[0];
        double[] own = GraphEvaluator.product(x, cell.kernel());
        cell.inputBias().ifPresent(bias -> GraphEvaluator.addRows(own, bias.values()));
        double[] back = GraphEvaluator.product(h, cell.recurrent());
        cell.recurrentBias().ifPresent(bias -> GraphEvaluator.addRows(back, bias.values()));
        double[] z = new double[units];
        double[] r = new double[units];
        double[] kept = new double[units];
        for (int k = 0; k < units; k++) {
            z[k] = cell.gate().at(clipped(own[k] + back[k]));
            r[k] = cell.gate().at(clipped(own[units + k] + back[units + k]));
            kept[k] = r[k] * h[k];
        }
        double[] reset = GraphEvaluator.product(kept, cell.recurrent());
        cell.recurrentBias().ifPresent(bias -> GraphEvaluator.addRows(reset, bias.values()));
        double[] next = new double[units];
        for (int k = 0; k < units; k++) {
            int at = 2 * units + k;
            double recurrent = cell.resetAfter() ? r[k] * back[at] : reset[at];
            double n = cell.candidate().at(clipped(own[at] + recurrent));
            next[k] = z[k] * h[k] + (1 - z[k]) * n;
        }
        return new double[][] {next};
    }
}
