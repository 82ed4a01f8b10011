package org.steadygrad.engine.cuda.recurrent;

import java.util.Arrays;
import org.steadygrad.engine.plan.ActivationFunction;
import org.steadygrad.engine.plan.ActivationFunction.Kind;
import org.steadygrad.engine.plan.PlanOperation.Cell;

/** What a {@link RecurrentScan} has to come to, in double, unit by unit. Arrays are laid out as {@link ScanTensors} says. */
final class ScanReference {
    private final ScanShape shape;
    private final int units;
    private final double[] weights;
    private final double[] bias;
    private final double[] mask;
    final double[] gates;
    final double[] hidden;
    final double[] cells;
    final double[] total;
    final double[] h;
    final double[] c;
    private final double[] h0;
    private final double[] c0;

    /** @param mask null for none */
    ScanReference(ScanShape shape, double[] gates, double[] weights, double[] bias, double[][] initial, double[] mask) {
        this.shape = shape;
        units = shape.units();
        this.gates = gates.clone();
        this.weights = weights;
        this.bias = bias;
        this.mask = mask;
        h0 = initial[0];
        c0 = initial[1];
        h = h0.clone();
        c = c0.clone();
        int all = shape.steps() * shape.examples() * units;
        hidden = new double[all];
        cells = new double[all];
        total = new double[all];
    }

    private int time(int reading) {
        return shape.reverse() ? shape.steps() - 1 - reading : reading;
    }

    private boolean present(int row) {
        return mask == null || mask[row] != 0;
    }

    static double sigmoid(double x) {
        return 1 / (1 + Math.exp(-x));
    }

    private double apply(double x) {
        ActivationFunction f = shape.activation();
        return switch (f.kind()) {
            case TANH -> Math.tanh(x);
            case SIGMOID -> sigmoid(x);
            default -> x > 0 ? x : f.alpha() * x;
        };
    }

    private double slope(double kept) {
        ActivationFunction f = shape.activation();
        return switch (f.kind()) {
            case TANH -> 1 - kept * kept;
            case SIGMOID -> kept * (1 - kept);
            default -> kept > 0 ? 1 : f.alpha();
        };
    }

    void forward() {
        for (int reading = 0; reading < shape.steps(); reading++) {
            for (int b = 0; b < shape.examples(); b++) {
                int row = time(reading) * shape.examples() + b;
                double[] before = Arrays.copyOfRange(h, b * units, (b + 1) * units);
                for (int u = 0; u < units; u++) {
                    int own = b * units + u;
                    if (present(row)) {
                        advance(row, u, before, own);
                    }
                    hidden[row * units + u] = h[own];
                    cells[row * units + u] = c[own];
                }
            }
        }
    }

    private double product(int gate, int u, double[] before) {
        double sum = 0;
        for (int k = 0; k < units; k++) {
            sum += weights[(gate * units + u) * units + k] * before[k];
        }
        return sum;
    }

    private void advance(int row, int u, double[] before, int own) {
        int g = row * shape.width() + u;
        switch (shape.cell()) {
            case SIMPLE -> {
                double x = gates[g] + product(0, u, before);
                h[own] = apply(x);
                boolean bounded = shape.activation().kind() == Kind.TANH
                        || shape.activation().kind() == Kind.SIGMOID;
                gates[g] = bounded || shape.activation().invertible() ? h[own] : x;
            }
            case GRU -> {
                double r = sigmoid(gates[g] + product(0, u, before));
                double z = sigmoid(gates[g + units] + product(1, u, before));
                double q = product(2, u, before) + bias[u];
                double n = Math.tanh(gates[g + 2 * units] + r * q);
                h[own] = (1 - z) * n + z * before[u];
                put(g, r, z, n, q);
            }
            case LSTM -> {
                double a = Math.tanh(gates[g] + product(0, u, before));
                double f = sigmoid(gates[g + units] + product(1, u, before));
                double o = sigmoid(gates[g + 2 * units] + product(2, u, before));
                double i = sigmoid(gates[g + 3 * units] + product(3, u, before));
                c[own] = f * c[own] + i * a;
                h[own] = o * Math.tanh(c[own]);
                put(g, a, f, o, i);
            }
        }
    }

    private void put(int first, double... values) {
        for (int i = 0; i < values.length; i++) {
            gates[first + i * units] = values[i];
        }
    }

    /**
     * After {@link #forward}: gates become their gradients.
     *
     * @param dh gradient of the final h, becomes that of the initial one
     * @param dc the same for c
     */
    void backward(double[] hiddenGradient, double[] dh, double[] dc) {
        for (int reading = shape.steps() - 1; reading >= 0; reading--) {
            for (int b = 0; b < shape.examples(); b++) {
                int row = time(reading) * shape.examples() + b;
                double[] earlier = new double[units];
                for (int u = 0; u < units; u++) {
                    int own = b * units + u;
                    if (present(row)) {
                        dh[own] += hiddenGradient[row * units + u];
                        total[row * units + u] = dh[own];
                        earlier[u] += retreat(reading, row, u, dh[own], dc, own);
                    } else {
                        put(row * shape.width() + u, new double[shape.width() / units]);
                        earlier[u] += dh[own];
                        total[row * units + u] = dh[own];
                    }
                }
                multiply(row, earlier);
                System.arraycopy(earlier, 0, dh, b * units, units);
            }
        }
    }

    private void multiply(int row, double[] earlier) {
        for (int gate = 0; gate < shape.gates(); gate++) {
            int column = shape.cell() == Cell.GRU && gate == 2 ? 3 : gate;
            for (int u = 0; u < units; u++) {
                double of = gates[row * shape.width() + column * units + u];
                for (int k = 0; k < units; k++) {
                    earlier[k] += of * weights[(gate * units + u) * units + k];
                }
            }
        }
    }

    private double before(double[] of, double[] initial, int reading, int own) {
        return reading == 0 ? initial[own] : of[time(reading - 1) * shape.examples() * units + own];
    }

    /** Returns what goes to the state before directly. */
    private double retreat(int reading, int row, int u, double whole, double[] dc, int own) {
        int g = row * shape.width() + u;
        switch (shape.cell()) {
            case SIMPLE -> {
                gates[g] = whole * slope(gates[g]);
                return 0;
            }
            case GRU -> {
                double r = gates[g];
                double z = gates[g + units];
                double n = gates[g + 2 * units];
                double dn = whole * (1 - z) * (1 - n * n);
                double dz = whole * (before(hidden, h0, reading, own) - n) * z * (1 - z);
                put(g, dn * gates[g + 3 * units] * r * (1 - r), dz, dn, dn * r);
                return whole * z;
            }
            default -> {
                double a = gates[g];
                double f = gates[g + units];
                double o = gates[g + 2 * units];
                double i = gates[g + 3 * units];
                double shown = Math.tanh(cells[row * units + u]);
                double ofCell = dc[own] + whole * o * (1 - shown * shown);
                double df = ofCell * before(cells, c0, reading, own) * f * (1 - f);
                put(g, ofCell * i * (1 - a * a), df, whole * shown * o * (1 - o), ofCell * a * i * (1 - i));
                dc[own] = ofCell * f;
                return 0;
            }
        }
    }
}
