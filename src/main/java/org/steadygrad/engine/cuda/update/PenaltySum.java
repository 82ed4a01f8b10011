package org.steadygrad.engine.cuda.update;

import java.nio.ByteBuffer;
import java.util.List;
import java.util.stream.IntStream;
import org.nd4j.linalg.learning.regularization.L1Regularization;
import org.nd4j.linalg.learning.regularization.L2Regularization;
import org.nd4j.linalg.learning.regularization.Regularization;
import org.nd4j.linalg.learning.regularization.WeightDecay;
import org.steadygrad.engine.cuda.driver.DeviceMemory;
import org.steadygrad.engine.cuda.driver.Launch;
import org.steadygrad.engine.cuda.kernel.CudaModel;
import org.steadygrad.engine.cuda.stream.CudaRuntime;
import org.steadygrad.engine.plan.ParameterUpdate;
import org.steadygrad.engine.plan.UpdatePlan;

/**
 * What penalties add to the loss, as DL4J counts it: {@code l1 sum |w| + (l2 + decay) / 2 sum w^2} over the parameters that
 * have them, with the coefficients that schedules have at the start.
 */
final class PenaltySum {
    private final CudaRuntime runtime;
    private final DeviceMemory target;

    /** Empty without penalties. */
    private final List<Launch> launches;

    PenaltySum(UpdatePlan plan, UpdateTables tables, CudaModel model) {
        runtime = model.runtime();
        target = model.numbers().penalty();
        List<Integer> tiles = IntStream.range(0, tables.tiles())
                .filter(tile ->
                        !plan.updates().get(tables.owner(tile)).penalties().isEmpty())
                .boxed()
                .toList();
        launches = tiles.isEmpty() ? List.of() : launches(plan, tables, model, tiles);
    }

    private List<Launch> launches(UpdatePlan plan, UpdateTables tables, CudaModel model, List<Integer> tiles) {
        ByteBuffer l1 = UpdateTables.buffer((long) tables.count() * Double.BYTES);
        ByteBuffer l2 = UpdateTables.buffer((long) tables.count() * Double.BYTES);
        for (ParameterUpdate update : plan.updates()) {
            l1.putDouble(update.penalties().stream()
                    .mapToDouble(PenaltySum::ofAbsolutes)
                    .sum());
            l2.putDouble(update.penalties().stream()
                    .mapToDouble(PenaltySum::ofSquares)
                    .sum());
        }
        DeviceMemory sums = runtime.scope().bytes((long) tiles.size() * Double.BYTES);
        Launch perTile = runtime.over((long) tiles.size() * CudaRuntime.BLOCK, "update_statistics", "update_penalties")
                .with(model.memory().parameters())
                .with(tables.tileBegin())
                .with(tables.tileParameter())
                .with(UpdateTables.upload(runtime, UpdateTables.ints(tiles)))
                .with(tiles.size())
                .with(UpdateTables.upload(runtime, l1))
                .with(UpdateTables.upload(runtime, l2))
                .with(sums);
        Launch total = runtime.each(1, "update_statistics", "update_penalty")
                .with(sums)
                .with(tiles.size())
                .with(target);
        return List.of(perTile, total);
    }

    private static double ofAbsolutes(Regularization penalty) {
        return penalty instanceof L1Regularization first ? first.getL1().valueAt(0, 0) : 0;
    }

    private static double ofSquares(Regularization penalty) {
        if (penalty instanceof L2Regularization second) {
            return second.getL2().valueAt(0, 0) / 2;
        }
        return penalty instanceof WeightDecay decay ? decay.getCoeff().valueAt(0, 0) / 2 : 0;
    }

    void enqueue() {
        if (launches.isEmpty()) {
            runtime.stream().zero(target);
        }
        launches.forEach(runtime.stream()::launch);
    }
}
