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

/** Forward and backward of one recurrent layer over one short piece of a sequence, without the update. */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Fork(1)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
public class RnnSegment {
    @Param("cpu")
    public String engine;

    @Param({"GRU", "LSTM", "RNN_TANH"})
    public String cell;

    @Param("32")
    public int steps;

    @Param("64")
    public int batch;

    @Param({"64", "128", "512"})
    public int hidden;

    private JmhSteps model;

    @Setup
    public void create() {
        model = JmhSteps.recurrent(engine, cell, steps, batch, hidden, hidden);
    }

    @Benchmark
    public double forwardAndBackward() {
        return model.computeGradient();
    }

    @TearDown
    public void close() {
        model.close();
    }
}
