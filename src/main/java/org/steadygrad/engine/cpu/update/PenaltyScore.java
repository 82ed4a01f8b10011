package org.steadygrad.engine.cpu.update;

import java.util.List;
import org.nd4j.linalg.learning.regularization.L1Regularization;
import org.nd4j.linalg.learning.regularization.L2Regularization;
import org.nd4j.linalg.learning.regularization.Regularization;
import org.nd4j.linalg.learning.regularization.WeightDecay;
import org.steadygrad.engine.cpu.onednn.FloatMemory;
import org.steadygrad.engine.cpu.onednn.Workers;
import org.steadygrad.engine.plan.ParameterUpdate;
import org.steadygrad.engine.plan.UpdatePlan;

/**
 * What penalties add to the loss, as DL4J counts it: {@code l1 sum |w| + (l2 + decay) / 2 sum w^2} over the parameters that
 * have them.
 */
public final class PenaltyScore implements Workers.Range {
    private static final int CHUNK = 2048;
    private static final int GRAIN = 16 * CHUNK;

    private final List<ParameterUpdate> penalised;
    private final FloatMemory parameters;
    private final Workers workers;
    private final float[][] chunks;
    private final double[] absolute;
    private final double[] squares;
    private int offset;

    public PenaltyScore(UpdatePlan plan, FloatMemory parameters, Workers workers) {
        penalised = plan.updates().stream()
                .filter(update -> !update.penalties().isEmpty())
                .toList();
        this.parameters = parameters;
        this.workers = workers;
        chunks = new float[workers.threads()][CHUNK];
        absolute = new double[workers.threads()];
        squares = new double[workers.threads()];
    }

    /** For the parameters as they are now, with the coefficients that schedules have at the start. */
    public double value() {
        double score = 0;
        for (ParameterUpdate update : penalised) {
            int length = Math.toIntExact(update.length());
            offset = Math.toIntExact(update.offset());
            workers.run(length, GRAIN, this);
            double l1 = 0;
            double l2 = 0;
            for (int part = 0; part < workers.parts(length, GRAIN); part++) {
                l1 += absolute[part];
                l2 += squares[part];
            }
            for (Regularization penalty : update.penalties()) {
                score += score(penalty, l1, l2);
            }
        }
        return score;
    }

    private static double score(Regularization penalty, double l1, double l2) {
        if (penalty instanceof L1Regularization first) {
            return first.getL1().valueAt(0, 0) * l1;
        }
        if (penalty instanceof L2Regularization second) {
            return second.getL2().valueAt(0, 0) * l2 / 2;
        }
        return penalty instanceof WeightDecay decay ? decay.getCoeff().valueAt(0, 0) * l2 / 2 : 0;
    }

    @Override
    public void run(int part, int from, int to) {
        float[] chunk = chunks[part];
        double sum = 0;
        double square = 0;
        for (int start = from; start < to; start += CHUNK) {
            int count = Math.min(CHUNK, to - start);
            parameters.read(offset + start, chunk, count);
            for (int i = 0; i < count; i++) {
                double weight = chunk[i];
                sum += Math.abs(weight);
                square += weight * weight;
            }
        }
        absolute[part] = sum;
        squares[part] = square;
    }
}
