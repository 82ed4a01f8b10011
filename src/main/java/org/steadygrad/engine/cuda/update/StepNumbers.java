package org.steadygrad.engine.cuda.update;

import java.nio.ByteBuffer;
import java.util.function.Consumer;
import org.steadygrad.check.Cases;
import org.steadygrad.engine.UpdateRule;
import org.steadygrad.engine.cuda.driver.DeviceMemory;
import org.steadygrad.engine.cuda.stream.CudaRuntime;
import org.steadygrad.engine.cuda.stream.SentNumbers;
import org.steadygrad.engine.plan.ParameterUpdate;
import org.steadygrad.engine.plan.UpdateNumbers;
import org.steadygrad.engine.plan.UpdatePlan;
import org.steadygrad.ops.ClipRule;

/** Everything about an update that differs from step to step, sent to the device as one table; as in update.cuh. */
final class StepNumbers {
    private static final int RULE_BYTES = 3 * Double.BYTES + 2 * Integer.BYTES;
    private static final int RATES_BYTES = 9 * Double.BYTES;

    /** A rule's numbers and which it is, by its place in update.cuh's enum Clip. */
    private static final Cases<ClipRule, Consumer<ByteBuffer>> CLIPS = Cases.<ClipRule, Consumer<ByteBuffer>>of(
                    ClipRule.class)
            .on(ClipRule.None.class, none -> table -> put(table, 0, 0, 0))
            .on(ClipRule.ByValue.class, value -> table -> put(table, value.limit(), 0, 1))
            .on(ClipRule.ByTensorNorm.class, tensor -> table -> put(table, tensor.maxNorm(), 0, 2))
            .on(ClipRule.ByLayerNorm.class, layer -> table -> put(table, layer.maxNorm(), 0, 3))
            .on(ClipRule.ByGlobalNorm.class, global -> table -> put(table, global.maxNorm(), 0, 4))
            .on(ClipRule.ByUnitRatio.class, ratio -> table -> put(table, ratio.factor(), ratio.epsilon(), 5))
            .complete();

    private final UpdatePlan plan;
    private final SentNumbers sent;

    StepNumbers(UpdatePlan plan, CudaRuntime runtime) {
        this.plan = plan;
        sent = new SentNumbers(
                runtime,
                Math.addExact(
                        RULE_BYTES,
                        Math.multiplyExact(RATES_BYTES, plan.updates().size())));
    }

    /** The clip rule and the factor on the learning rates. */
    DeviceMemory rule() {
        return sent.memory().slice(0, RULE_BYTES);
    }

    /** A row per parameter. */
    DeviceMemory rates() {
        return sent.memory()
                .slice(RULE_BYTES, (long) RATES_BYTES * plan.updates().size());
    }

    /**
     * @param divisor trained parameters' flat gradient is divided by it
     * @param passes the changes of running statistics are divided by it
     * @param generation of steps that build on each other; 0 for one that stands alone
     * @param refused whether the step must be refused: updates by a rate of NaN are, as all that overflow
     */
    void send(UpdateRule rule, ClipRule clip, double divisor, int passes, int generation, boolean refused) {
        ByteBuffer table = sent.next();
        table.putDouble(refused ? Double.NaN : rule.learningRateScale());
        put(table, clip);
        table.putInt(generation);
        for (ParameterUpdate update : plan.updates()) {
            table.putDouble(
                    switch (update.block().kind()) {
                        case TRAINED -> 1 / divisor;
                        case STATISTIC -> 1.0 / passes;
                        case FROZEN -> 1;
                    });
            put(table, update.at(rule.iteration(), rule.epoch()));
        }
        sent.send();
    }

    private static void put(ByteBuffer table, UpdateNumbers numbers) {
        table.putDouble(numbers.rate())
                .putDouble(numbers.gradientRate())
                .putDouble(numbers.firstDecay())
                .putDouble(numbers.secondDecay())
                .putDouble(numbers.epsilon())
                .putDouble(numbers.l1())
                .putDouble(numbers.l2())
                .putDouble(numbers.weightDecay());
    }

    private static void put(ByteBuffer table, ClipRule clip) {
        CLIPS.of(clip).accept(table);
    }

    private static void put(ByteBuffer table, double limit, double epsilon, int kind) {
        table.putDouble(limit).putDouble(epsilon).putInt(kind);
    }
}
