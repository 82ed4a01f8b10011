package org.steadygrad.engine.cuda.update;

import java.util.List;
import java.util.stream.Stream;
import org.steadygrad.engine.cuda.driver.DeviceMemory;
import org.steadygrad.engine.cuda.driver.DeviceScope;
import org.steadygrad.engine.cuda.driver.Launch;
import org.steadygrad.engine.cuda.kernel.CudaModel;
import org.steadygrad.engine.cuda.stream.CudaRuntime;
import org.steadygrad.engine.cuda.stream.Replay;

/**
 * The kernels of an update in their order: statistics of the gradient; then the decision, a trial where the decision asks
 * for one, the step, and the report.
 */
final class UpdateKernels {
    private static final String STATISTICS = "update_statistics";
    private static final String DECISION = "update_decision";
    private static final String STEP = "update";
    private static final int DECISION_BYTES = 4 * Integer.BYTES;
    private static final int LOOKED_BYTES = 4 * Integer.BYTES;
    private static final int SCAN_BYTES = Double.BYTES + 4 * Integer.BYTES;
    private static final int FACTORS_BYTES = Double.BYTES + 16 * Integer.BYTES;

    /** Most blocks of threads that take units of parameters. */
    private static final int MOST_UNIT_PARTS = 1024;

    private final CudaModel model;
    private final CudaRuntime runtime;
    private final UpdateTables tables;
    private final StepNumbers numbers;
    private final UpdateReport report;
    private final int unitParts;
    private final DeviceMemory looked;
    private final DeviceMemory decision;
    private final DeviceMemory factors;
    private final DeviceMemory weightSums;
    private final DeviceMemory updateSums;
    private final Sequence plain;

    /** Made when units are first asked for. */
    private Sequence byUnit;

    UpdateKernels(CudaModel model, UpdateTables tables, StepNumbers numbers, UpdateReport report) {
        this.model = model;
        this.tables = tables;
        this.numbers = numbers;
        this.report = report;
        runtime = model.runtime();
        DeviceScope scope = runtime.scope();
        unitParts = (int) Math.min(MOST_UNIT_PARTS, Math.max(1, tables.units()));
        looked = scope.bytes(LOOKED_BYTES);
        decision = scope.bytes(DECISION_BYTES);
        factors = scope.bytes((long) tables.count() * FACTORS_BYTES);
        weightSums = scope.bytes((long) tables.tiles() * Double.BYTES);
        updateSums = scope.bytes((long) tables.tiles() * Double.BYTES);
        plain = new Sequence(scope, statistics(scope), decisionAndStep(null, null));
    }

    /** Statistics and step as graphs of their own, and both in one. */
    private final class Sequence {
        private final Replay statistics;
        private final Replay step;
        private final Replay all;
        private final List<Launch> everything;
        private final DeviceScope scope;

        Sequence(DeviceScope scope, List<Launch> first, List<Launch> second) {
            this.scope = scope;
            statistics = replay(() -> first.forEach(runtime.stream()::launch));
            step = replay(() -> change(second));
            everything = Stream.concat(first.stream(), second.stream()).toList();
            all = replay(this::enqueue);
        }

        void enqueue() {
            change(everything);
        }

        private Replay replay(Runnable work) {
            return scope.own(new Replay(runtime.stream(), work));
        }
    }

    /** A capture changes nothing. */
    private void change(List<Launch> launches) {
        if (!runtime.stream().capturing()) {
            model.memory().changes().begin();
        }
        launches.forEach(runtime.stream()::launch);
    }

    /** Parameters and states may hold anything from now on. */
    void forget() {
        runtime.stream().zero(looked);
    }

    /** Leaves the statistics in the report. */
    void runStatistics() {
        plain.statistics.run();
    }

    /** @param units whether the clip rule asks for the norms of units */
    void runStep(boolean units) {
        sequence(units).step.run();
        model.memory().changes().begin();
    }

    /** Statistics and step. */
    void runAll(boolean units) {
        sequence(units).all.run();
        model.memory().changes().begin();
    }

    /** The same, launch by launch, for a graph of the caller's. What it needs is made beforehand by {@link #prepare}. */
    void enqueueAll(boolean units) {
        sequence(units).enqueue();
    }

    /** May allocate. */
    void prepare(boolean units) {
        sequence(units);
    }

    private Sequence sequence(boolean units) {
        if (units && byUnit == null) {
            byUnit = runtime.scope().whole(scope -> {
                DeviceMemory unitFactors = scope.bytes(tables.units() * Double.BYTES);
                DeviceMemory smallest = scope.bytes((long) unitParts * Double.BYTES);
                return new Sequence(scope, statistics(scope), decisionAndStep(unitFactors, smallest));
            });
        }
        return units ? byUnit : plain;
    }

    private List<Launch> statistics(DeviceScope scope) {
        DeviceMemory scans = scope.bytes((long) tables.tiles() * SCAN_BYTES);
        Launch scan = overTiles(STATISTICS, "update_scan")
                .with(model.memory().gradient())
                .with(tables.tileBegin())
                .with(tables.tiles())
                .with(scans);
        Launch rows = perParameter(runtime.each(tables.count(), STATISTICS, "update_rows"))
                .with(numbers.rates())
                .with(model.lossScale().memory())
                .with(scans)
                .with(report.rows());
        return List.of(scan, rows);
    }

    /** @param unitFactors a double per unit; null where none are asked for */
    private List<Launch> decisionAndStep(DeviceMemory unitFactors, DeviceMemory smallest) {
        Launch decide = perParameter(runtime.each(1, DECISION, "update_decide"))
                .with(numbers.rule())
                .with(numbers.rates())
                .with(model.numbers().losses())
                .with(model.lossScale().memory())
                .with(report.rows())
                .with(report.norms())
                .with(smallest)
                .with(smallest == null ? 0 : unitParts)
                .with(looked)
                .with(factors)
                .with(decision)
                .with(report.head());
        Launch trial = step("update_try", unitFactors);
        Launch step =
                step("update_step", unitFactors).with(looked).with(weightSums).with(updateSums);
        if (unitFactors == null) {
            return List.of(decide, trial, step, finish());
        }
        return List.of(units(unitFactors, smallest), decide, trial, step, finish());
    }

    private Launch units(DeviceMemory unitFactors, DeviceMemory smallest) {
        return perParameter(runtime.each(unitParts, STATISTICS, "update_units"))
                .with(numbers.rule())
                .with(numbers.rates())
                .with(model.lossScale().memory())
                .with(model.memory().gradient())
                .with(model.memory().parameters())
                .with(unitFactors)
                .with(smallest);
    }

    private Launch step(String kernel, DeviceMemory unitFactors) {
        return overTiles(STEP, kernel)
                .with(tables.parameters())
                .with(tables.tileBegin())
                .with(tables.tileParameter())
                .with(tables.tiles())
                .with(factors)
                .with(unitFactors)
                .with(model.memory().parameters())
                .with(model.memory().gradient())
                .with(model.memory().updaterState())
                .with(decision);
    }

    private Launch finish() {
        Launch launch = perParameter(runtime.each(tables.count(), DECISION, "update_finish"))
                .with(weightSums)
                .with(updateSums)
                .with(numbers.rule())
                .with(decision)
                .with(looked);
        return model.lossScale().appendTo(launch).with(report.norms()).with(report.head());
    }

    private Launch overTiles(String file, String kernel) {
        return runtime.striding(tables.tiles(), file, kernel);
    }

    private Launch perParameter(Launch launch) {
        return launch.with(tables.parameters()).with(tables.count());
    }
}
