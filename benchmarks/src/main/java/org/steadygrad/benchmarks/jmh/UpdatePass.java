package org.steadygrad.benchmarks.jmh;

import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;
import org.steadygrad.benchmarks.JmhSteps;

/**
 * Statistics of the gradient, the clip decision and Adam over all parameters. The gradient is computed anew before each
 * call, which isn't timed; calls are therefore timed one by one, which costs some ten nanoseconds each.
 */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.SingleShotTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Fork(1)
@Warmup(iterations = 30)
@Measurement(iterations = 50)
public class UpdatePass {
    @Param("cpu")
    public String engine;

    @Param({"1", "4", "25"})
    public int millions;

    private JmhSteps model;

    @Setup
    public void create() {
        model = JmhSteps.update(engine, millions);
    }

    @Setup(Level.Invocation)
    public void gradient() {
        model.computeGradient();
    }

    @Benchmark
    public void update() {
        model.update();
    }

    @TearDown
    public void close() {
        model.close();
    }
}
