package org.steadygrad.engine.cpu;

import java.util.List;
import org.steadygrad.engine.StepTrace;
import org.steadygrad.engine.StepTrace.TimeProfile;
import org.steadygrad.engine.cpu.kernel.KernelContext;
import org.steadygrad.engine.cpu.kernel.ModelMemory;
import org.steadygrad.engine.cpu.look.HistogramScan;
import org.steadygrad.engine.cpu.look.MaskedRows;
import org.steadygrad.engine.cpu.look.TensorScan;
import org.steadygrad.engine.cpu.onednn.FloatMemory;
import org.steadygrad.engine.plan.Plan;
import org.steadygrad.engine.plan.PlanOperation;
import org.steadygrad.engine.plan.Value;
import org.steadygrad.engine.plan.VertexOutput;
import org.steadygrad.engine.trace.Reading;
import org.steadygrad.engine.trace.TraceReport;
import org.steadygrad.ops.Histogram;

/**
 * Reads a program's tensors while a step runs and sums them up as a {@link StepTrace}. Activations stay until the backward
 * pass is over; a gradient is read when it is complete, since its memory is used again below.
 */
final class ProgramTrace {
    private final KernelContext context;
    private final Plan plan;
    private final TensorScan scan;
    private final HistogramScan distributions;
    private final float[] mask;
    private final TraceReport report;

    ProgramTrace(KernelContext context, TensorScan scan, HistogramScan distributions) {
        this.context = context;
        this.scan = scan;
        this.distributions = distributions;
        plan = context.model().plan();
        report = new TraceReport(plan, context.shape());
        mask = context.shape().featureMask()
                ? plan.mask().map(context::value).map(FloatMemory::toArray).orElse(null)
                : null;
    }

    /** To be called after the forward pass. */
    void activations() {
        report.input(scan.norm(context.value(plan.input()), plan.input().size()));
        List<VertexOutput> outputs = plan.outputs();
        List<Reading> readings = scan.read(outputs.stream().map(this::rows).toList());
        for (int i = 0; i < outputs.size(); i++) {
            report.activation(outputs.get(i), readings.get(i));
        }
    }

    private MaskedRows rows(VertexOutput output) {
        Value value = output.value();
        return new MaskedRows(context.value(value), value.size(), value.perTimeStep() ? mask : null, output.range());
    }

    /** To be called after the forward pass, once {@link #activations} was. */
    void histograms() {
        List<VertexOutput> layers =
                plan.outputs().stream().filter(VertexOutput::layer).toList();
        List<Histogram> found = distributions.of(layers.stream().map(this::rows).toList());
        for (int i = 0; i < found.size(); i++) {
            report.histogram(layers.get(i), found.get(i));
        }
    }

    private void beforeActivation(PlanOperation.Activate operation) {
        Value sums = operation.input();
        report.beforeActivation(operation, scan.norm(context.value(sums), sums.size()));
    }

    /** To be called when the gradient of a tensor is complete; labels enter through that of the output's input. */
    void gradient(Value value) {
        if (report.reads(value)) {
            report.gradient(value, scan.norm(context.gradient(value), value.size()));
        }
    }

    /** To be called before the backward pass. */
    void labels() {
        FloatMemory labels = context.batch().labels();
        report.labels(scan.norm(labels, plan.loss().labelSize()));
    }

    /**
     * To be called after the backward pass.
     *
     * @param loss of the pass
     * @param profiles of the recurrent layers
     */
    StepTrace finish(double loss, List<TimeProfile> profiles) {
        ModelMemory model = context.model().memory();
        boolean finite = scan.norm(model.gradient(), 1).nonFinite() == 0;
        if (report.onlyGradients() || !finite) {
            TraceReport.hidden(plan).forEach(this::beforeActivation);
        }
        return report.finish(loss, profiles, block -> finite ? 0 : TensorScan.nonFinite(model.gradient(block)));
    }
}
