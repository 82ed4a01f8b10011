package org.steadygrad.benchmarks.jmh;

import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
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
 * How long a batch takes on its way into the engine: forward and backward of a layer with one unit, which does next to
 * nothing with it. What that layer takes is part of the time; {@code steps * batch * input * 4} bytes are converted.
 */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Fork(1)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
public class BatchConversion {
    @Param("cpu")
    public String engine;

    @Param("100")
    public int steps;

    @Param("64")
    public int batch;

    @Param({"1", "128", "512"})
    public int input;

    private JmhSteps model;

    @Setup
    public void create() {
        model = JmhSteps.recurrent(engine, "RNN_TANH", steps, batch, input, 1);
    }

    @Benchmark
    public double convert() {
        return model.computeGradient();
    }

    @TearDown
    public void close() {
        model.close();
    }
}
