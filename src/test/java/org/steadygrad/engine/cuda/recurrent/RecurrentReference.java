package org.steadygrad.engine.cuda.recurrent;

/** A recurrent layer forward in double, one number after the other; all arrays as on the device. */
final class RecurrentReference {
    private final LayerShape shape;
    private final double[] weights;
    private final double[] recurrent;
    private final double[] bias;

    /** [T, B], 0 where there is no data; null without a mask. */
    private final double[] mask;

    final double[] hidden;
    final double[] cell;
    final double[] output;

    /** A disturbance is added to h after this step; -1 for no step. */
    private final int disturbedStep;

    private final double[] disturbance;

    RecurrentReference(LayerShape shape, RecurrentData data) {
        this(shape, data, -1, null);
    }

    RecurrentReference(LayerShape shape, RecurrentData data, int disturbedStep, double[] disturbance) {
        this.shape = shape;
        this.disturbedStep = disturbedStep;
        this.disturbance = disturbance;
        weights = data.weights;
        recurrent = data.recurrent;
        bias = data.bias;
        mask = data.mask;
        hidden = data.hidden.clone();
        cell = data.cell.clone();
        output = new double[shape.rows() * shape.units()];
        for (int reading = 0; reading < shape.steps(); reading++) {
            int step = shape.reverse() ? shape.steps() - 1 - reading : reading;
            for (int example = 0; example < shape.examples(); example++) {
                step(step, example, data.input);
            }
        }
    }

    private void step(int step, int example, double[] input) {
        int units = shape.units();
        int row = step * shape.examples() + example;
        int own = example * units;
        boolean present = mask == null || mask[row] != 0;
        double[] before = new double[units];
        System.arraycopy(hidden, own, before, 0, units);
        for (int unit = 0; unit < units; unit++) {
            if (present) {
                compute(unit, own + unit, row, before, input);
            }
            if (step == disturbedStep) {
                hidden[own + unit] += disturbance[own + unit];
            }
            output[row * units + unit] = present ? hidden[own + unit] : 0;
        }
    }

    private void compute(int unit, int at, int row, double[] before, double[] input) {
        switch (shape.cell()) {
            case SIMPLE -> {
                double x = sum(0, unit, row, input) + product(0, unit, before);
                double alpha = shape.activation().alpha();
                hidden[at] = switch (shape.activation().kind()) {
                    case TANH -> Math.tanh(x);
                    case SIGMOID -> sigmoid(x);
                    default -> x > 0 ? x : alpha * x;
                };
            }
            case LSTM -> {
                double[] gates = new double[4];
                for (int gate = 0; gate < 4; gate++) {
                    gates[gate] = sum(gate, unit, row, input) + product(gate, unit, before);
                }
                cell[at] = sigmoid(gates[1]) * cell[at] + sigmoid(gates[3]) * Math.tanh(gates[0]);
                hidden[at] = sigmoid(gates[2]) * Math.tanh(cell[at]);
            }
            case GRU -> {
                double reset = sigmoid(sum(0, unit, row, input) + product(0, unit, before));
                double update = sigmoid(sum(1, unit, row, input) + product(1, unit, before));
                double q = product(2, unit, before) + bias[3 * shape.units() + unit];
                double candidate = Math.tanh(sum(2, unit, row, input) + reset * q);
                hidden[at] = (1 - update) * candidate + update * before[unit];
            }
        }
    }

    private double sum(int gate, int unit, int row, double[] input) {
        int size = shape.inputs();
        int from = (gate * shape.units() + unit) * size;
        double sum = bias[gate * shape.units() + unit];
        for (int i = 0; i < size; i++) {
            sum += weights[from + i] * input[row * size + i];
        }
        return sum;
    }

    private double product(int gate, int unit, double[] before) {
        int from = (gate * shape.units() + unit) * shape.units();
        double sum = 0;
        for (int i = 0; i < shape.units(); i++) {
            sum += recurrent[from + i] * before[i];
        }
        return sum;
    }

    private static double sigmoid(double x) {
        return 1 / (1 + Math.exp(-x));
    }

    /** The sum of all outputs, each times what the data wants it to weigh. */
    double loss(double[] upstream) {
        double loss = 0;
        for (int i = 0; i < output.length; i++) {
            loss += output[i] * upstream[i];
        }
        return loss;
    }
}
