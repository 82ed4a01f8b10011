package org.steadygrad.engine.cpu.update;

import org.steadygrad.engine.UpdateOutcome;
import org.steadygrad.engine.UpdateRule;
import org.steadygrad.engine.UpdateSubject;
import org.steadygrad.engine.cpu.onednn.FloatMemory;
import org.steadygrad.engine.cpu.onednn.Workers;
import org.steadygrad.engine.plan.UpdatePlan;

/** The CPU engine's update pass with memory of its own. */
final class CpuUpdate implements UpdateSubject {
    private final UpdateMemory memory;
    private final Workers workers;
    private final UpdatePass pass;

    CpuUpdate(UpdatePlan plan, int threads) {
        memory = new UpdateMemory(
                FloatMemory.allocate(plan.layout().length()),
                FloatMemory.allocate(plan.layout().length()),
                FloatMemory.allocate(plan.stateLength()));
        workers = new Workers(threads);
        pass = new UpdatePass(plan, memory, workers);
    }

    UpdateMemory memory() {
        return memory;
    }

    private static void set(FloatMemory target, float[] values) {
        for (int i = 0; i < values.length; i++) {
            target.put(i, values[i]);
        }
    }

    private static float[] values(FloatMemory source) {
        float[] copy = new float[source.length()];
        source.read(0, copy, copy.length);
        return copy;
    }

    @Override
    public void setParameters(float[] values) {
        set(memory.parameters(), values);
    }

    @Override
    public void setState(float[] values) {
        set(memory.state(), values);
    }

    @Override
    public void setGradient(float[] values) {
        set(memory.gradient(), values);
    }

    @Override
    public float[] parameters() {
        return values(memory.parameters());
    }

    @Override
    public float[] state() {
        return values(memory.state());
    }

    @Override
    public UpdateOutcome apply(UpdateRule rule, double divisor, int passes) {
        return pass.apply(rule, divisor, passes);
    }

    @Override
    public void close() {
        workers.close();
        memory.parameters().close();
        memory.gradient().close();
        memory.state().close();
    }
}
