package org.steadygrad.model;

import java.util.Objects;
import org.nd4j.linalg.schedule.ISchedule;
import org.nd4j.shade.jackson.annotation.JsonAutoDetect;
import org.nd4j.shade.jackson.annotation.JsonProperty;
import org.steadygrad.check.Cases;
import org.steadygrad.check.Check;
import org.steadygrad.spec.ScheduleSpec;

/**
 * A learning rate that rises linearly over the first updates and then follows a curve. With {@code i} updates done,
 *
 * <pre>
 *     i &lt; warmup:  rate (i + 1) / (warmup + 1)          otherwise, t = i - warmup and p = min(1, t / (total - warmup)):
 *     CONSTANT:             rate
 *     STEP:                 rate factor ^ floor(t / period)
 *     EXPONENTIAL:          rate factor ^ (t / period)
 *     COSINE:               rate (factor + (1 - factor) (1 + cos(pi p)) / 2)   (Loshchilov and Hutter 2017)
 *     LINEAR:               rate (factor + (1 - factor) (1 - p))
 *     INVERSE_SQUARE_ROOT:  rate / sqrt(1 + t / period)
 * </pre>
 *
 * DL4J counts iterations, and so does this; epochs don't matter. It is part of a model's JSON.
 */
@JsonAutoDetect(
        fieldVisibility = JsonAutoDetect.Visibility.ANY,
        getterVisibility = JsonAutoDetect.Visibility.NONE,
        isGetterVisibility = JsonAutoDetect.Visibility.NONE)
public final class WarmupSchedule implements ISchedule {
    private static final long serialVersionUID = 1L;

    /** The curve after warm-up. */
    public enum Curve {
        /** The rate as it is. */
        CONSTANT,
        /** Times the factor after each period. */
        STEP,
        /** Times the factor over each period, bit by bit. */
        EXPONENTIAL,
        /** Half a cosine from the rate down to a share of it. */
        COSINE,
        /** A straight line from the rate down to a share of it. */
        LINEAR,
        /** Falls as one over the square root of the number of updates. */
        INVERSE_SQUARE_ROOT
    }

    /** Makes a schedule of a run file's curve. */
    private interface Following {
        WarmupSchedule follow(double rate, int warmup, int total);
    }

    private static final Cases<ScheduleSpec, Following> CURVES = Cases.<ScheduleSpec, Following>of(ScheduleSpec.class)
            .on(ScheduleSpec.Constant.class, constant -> following(Curve.CONSTANT, 1, 1))
            .on(ScheduleSpec.Step.class, step -> following(Curve.STEP, step.factor(), step.every()))
            .on(ScheduleSpec.Exponential.class, e -> following(Curve.EXPONENTIAL, e.factor(), e.every()))
            .on(ScheduleSpec.Cosine.class, cosine -> following(Curve.COSINE, cosine.floor(), 1))
            .on(ScheduleSpec.Linear.class, linear -> following(Curve.LINEAR, linear.floor(), 1))
            .on(ScheduleSpec.InverseSquareRoot.class, root -> following(Curve.INVERSE_SQUARE_ROOT, 1, root.scale()))
            .complete();

    private final double rate;
    private final Curve curve;
    private final double factor;
    private final int period;
    private final int warmup;
    private final int total;

    WarmupSchedule(
            @JsonProperty("rate") double rate,
            @JsonProperty("curve") Curve curve,
            @JsonProperty("factor") double factor,
            @JsonProperty("period") int period,
            @JsonProperty("warmup") int warmup,
            @JsonProperty("total") int total) {
        this.rate = Check.positive(rate, "WarmupSchedule", "rate");
        this.curve = Check.notNull(curve, "WarmupSchedule", "curve");
        this.factor = Check.nonNegative(factor, "WarmupSchedule", "factor");
        this.period = Check.positive(period, "WarmupSchedule", "period");
        this.warmup = Math.toIntExact(Check.nonNegative(warmup, "WarmupSchedule", "warmup"));
        this.total = Check.positive(total, "WarmupSchedule", "total");
    }

    /**
     * @param rate largest learning rate
     * @param spec the curve
     * @param warmup number of updates over which the rate rises
     * @param total number of updates of the whole run; later ones keep the last rate of curves that end
     */
    public static WarmupSchedule of(double rate, ScheduleSpec spec, int warmup, int total) {
        return CURVES.of(spec).follow(rate, warmup, total);
    }

    private static Following following(Curve curve, double factor, int period) {
        return (rate, warmup, total) -> new WarmupSchedule(rate, curve, factor, period, warmup, total);
    }

    @Override
    public double valueAt(int iteration, int epoch) {
        if (iteration < warmup) {
            return rate * (iteration + 1) / (warmup + 1.0);
        }
        double t = iteration - warmup;
        double progress = Math.min(1, t / Math.max(1, total - warmup));
        return rate
                * switch (curve) {
                    case CONSTANT -> 1;
                    case STEP -> Math.pow(factor, Math.floor(t / period));
                    case EXPONENTIAL -> Math.pow(factor, t / period);
                    case COSINE -> factor + (1 - factor) * (1 + Math.cos(Math.PI * progress)) / 2;
                    case LINEAR -> factor + (1 - factor) * (1 - progress);
                    case INVERSE_SQUARE_ROOT -> 1 / Math.sqrt(1 + t / period);
                };
    }

    /** It never changes. */
    @Override
    public WarmupSchedule clone() {
        return this;
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof WarmupSchedule that
                && rate == that.rate
                && curve == that.curve
                && factor == that.factor
                && period == that.period
                && warmup == that.warmup
                && total == that.total;
    }

    @Override
    public int hashCode() {
        return Objects.hash(rate, curve, factor, period, warmup, total);
    }

    @Override
    public String toString() {
        return "WarmupSchedule(" + curve + ", rate=" + rate + ", warmup=" + warmup + ", total=" + total + ")";
    }
}
