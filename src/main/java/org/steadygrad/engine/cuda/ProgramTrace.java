package org.steadygrad.engine.cuda;

import java.nio.DoubleBuffer;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.steadygrad.engine.StepTrace;
import org.steadygrad.engine.StepTrace.TimeProfile;
import org.steadygrad.engine.cuda.driver.DeviceMemory;
import org.steadygrad.engine.cuda.driver.DeviceScope;
import org.steadygrad.engine.cuda.driver.PinnedMemory;
import org.steadygrad.engine.cuda.kernel.KernelContext;
import org.steadygrad.engine.cuda.look.GradientTiles;
import org.steadygrad.engine.cuda.look.TensorDownload;
import org.steadygrad.engine.cuda.look.TensorScan;
import org.steadygrad.engine.cuda.look.TensorScan.Tensor;
import org.steadygrad.engine.cuda.look.TensorScan.Workspace;
import org.steadygrad.engine.plan.Plan;
import org.steadygrad.engine.plan.PlanOperation;
import org.steadygrad.engine.plan.Value;
import org.steadygrad.engine.plan.VertexOutput;
import org.steadygrad.engine.trace.TraceReport;
import org.steadygrad.model.ActivationRange;
import org.steadygrad.ops.ParameterBlock;

/**
 * Reads a program's tensors while a step runs and sums them up as a {@link StepTrace}. All that is read goes to places of one
 * buffer, given when the trace is made, and to the host at the end of the pass: enqueuing a traced pass neither allocates
 * nor waits. Gradients are told without the loss scale. A gradient is read when it is complete, since its memory is used again below.
 * Activations stay until the next pass, so that their histograms are taken on the host once a pass is over.
 */
final class ProgramTrace {
    private final KernelContext context;
    private final Stages stages;
    private final Plan plan;
    private final Optional<DeviceMemory> mask;
    private final Workspace workspace;
    private final GradientTiles tiles;
    private final DeviceMemory results;
    private final PinnedMemory host;
    private final PinnedMemory lossScale;
    private final TensorScan input;
    private final Map<VertexOutput, TensorScan> activations = new LinkedHashMap<>();
    private final Map<PlanOperation.Activate, TensorScan> sums = new LinkedHashMap<>();
    private final TensorScan labels;
    private final Map<Value, TensorScan> gradients = new LinkedHashMap<>();
    private final Runnable parameters;
    private long given;

    /**
     * Waits for the device.
     *
     * @param context for training
     * @param stages of the program
     * @param scope owns what this needs
     */
    ProgramTrace(KernelContext context, Stages stages, DeviceScope scope) {
        this.context = context;
        this.stages = stages;
        plan = context.model().plan();
        mask = context.shape().featureMask() ? plan.mask().map(context::value) : Optional.empty();
        List<Value> looked = lookedAt();
        tiles = new GradientTiles(context.model(), scope);
        List<PlanOperation.Activate> hidden = TraceReport.hidden(plan);
        long scans = 2L + plan.outputs().size() + hidden.size() + looked.size();
        results = scope.bytes((scans * TensorScan.NUMBERS + tiles.numbers()) * Double.BYTES);
        host = scope.own(context.runtime().device().pinned(results.bytes()));
        lossScale = scope.own(context.runtime().device().pinned(Float.BYTES));
        lossScale.content().putFloat(0, 1);
        workspace = Workspace.of(context.runtime(), scope, mostColumns());
        input = scan(plan.input(), context.value(plan.input()), ActivationRange.NONE);
        for (VertexOutput output : plan.outputs()) {
            activations.put(output, scan(output.value(), context.value(output.value()), output.range()));
        }
        hidden.forEach(operation ->
                sums.put(operation, scan(operation.input(), context.value(operation.input()), ActivationRange.NONE)));
        int labelSize = plan.loss().labelSize();
        labels = scan(new Tensor(context.batch().labels(), labelSize, Optional.empty(), ActivationRange.NONE));
        looked.forEach(value -> gradients.put(value, scan(value, context.gradient(value), ActivationRange.NONE)));
        parameters = tiles.scan(results.slice(given, (long) tiles.numbers() * Double.BYTES));
    }

    /** The tensors whose gradient is read, in the order of the backward pass. */
    private List<Value> lookedAt() {
        TraceReport report = new TraceReport(plan, context.shape());
        List<Value> looked = new ArrayList<>();
        for (int i = plan.operations().size() - 1; i >= 0; i--) {
            PlanOperation operation = plan.operations().get(i);
            if (context.needsGradient(operation.output()) && report.reads(operation.output())) {
                looked.add(operation.output());
            }
        }
        return looked;
    }

    private int mostColumns() {
        return plan.outputs().stream()
                .filter(output -> output.range().canDie())
                .mapToInt(output -> output.value().size())
                .max()
                .orElse(0);
    }

    private TensorScan scan(Value value, DeviceMemory data, ActivationRange range) {
        return scan(new Tensor(data, value.size(), value.perTimeStep() ? mask : Optional.empty(), range));
    }

    private TensorScan scan(Tensor tensor) {
        long bytes = (long) TensorScan.NUMBERS * Double.BYTES;
        TensorScan scan = new TensorScan(workspace, tensor, results.slice(given, bytes));
        given += bytes;
        return scan;
    }

    /** Enqueues what is read after the forward pass. */
    void activations() {
        input.enqueue();
        activations.values().forEach(TensorScan::enqueue);
        sums.values().forEach(TensorScan::enqueue);
    }

    /** Enqueues what is read before the backward pass. */
    void labels() {
        labels.enqueue();
    }

    /** Enqueues what is read when the gradient of a tensor is complete. */
    void gradient(Value value) {
        TensorScan scan = gradients.get(value);
        if (scan != null) {
            scan.enqueue();
        }
    }

    /** Enqueues what is read after the backward pass, and the way of it all to the host. */
    void fetch() {
        parameters.run();
        context.runtime().stream().download(host, results);
        DeviceMemory scale = context.model().lossScale().memory();
        if (scale != null) {
            context.runtime().stream().download(lossScale, scale);
        }
    }

    /**
     * Sums up a pass that was waited for.
     *
     * @param loss of the pass
     * @param histograms whether the trace has histograms; then no other pass may have been enqueued since
     */
    StepTrace finish(double loss, boolean histograms) {
        double scale = lossScale.content().getFloat(0);
        // results are read one after the other, in the order in which their scans were made
        DoubleBuffer numbers = host.content().asDoubleBuffer();
        TraceReport report = new TraceReport(plan, context.shape());
        report.input(input.reading(numbers));
        activations.forEach((output, scan) -> report.activation(output, scan.reading(numbers)));
        sums.forEach((operation, scan) -> report.beforeActivation(operation, scan.reading(numbers)));
        report.labels(labels.reading(numbers));
        gradients.forEach(
                (value, scan) -> report.gradient(value, scan.reading(numbers).dividedBy(scale)));
        Map<ParameterBlock, Double> wild = tiles.nonFinite(numbers);
        List<TimeProfile> profiles = stages.profiled().stream()
                .map(operation -> operation.profile(scale))
                .toList();
        if (histograms) {
            histograms(report);
        }
        return report.finish(loss, profiles, block -> wild.getOrDefault(block, 0.0));
    }

    private void histograms(TraceReport report) {
        float[] rowMask = mask.map(context.model().memory()::read).orElse(null);
        try (TensorDownload download = new TensorDownload(context.runtime())) {
            for (VertexOutput output : activations.keySet()) {
                if (output.layer()) {
                    Value value = output.value();
                    float[] own = value.perTimeStep() ? rowMask : null;
                    report.histogram(output, download.histogram(context.value(value), value.size(), own));
                }
            }
        }
    }
}
