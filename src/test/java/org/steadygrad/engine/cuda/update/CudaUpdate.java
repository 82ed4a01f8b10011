package org.steadygrad.engine.cuda.update;

import org.steadygrad.engine.UpdateOutcome;
import org.steadygrad.engine.UpdateRule;
import org.steadygrad.engine.UpdateSubject;
import org.steadygrad.engine.cuda.driver.TestGpu;
import org.steadygrad.engine.cuda.kernel.CudaModel;
import org.steadygrad.engine.cuda.kernel.ModelMemory;
import org.steadygrad.engine.cuda.kernel.PassNumbers;
import org.steadygrad.engine.cuda.stream.CudaRuntime;
import org.steadygrad.engine.plan.UpdatePlan;
import org.steadygrad.spec.Precision;

/** The CUDA engine's update pass with memory of its own. */
final class CudaUpdate implements UpdateSubject {
    private final CudaModel model;
    private final UpdatePass pass;

    CudaUpdate(UpdatePlan plan, Precision precision) {
        CudaRuntime runtime = new CudaRuntime(TestGpu.open(), precision);
        ModelMemory memory = new ModelMemory(runtime, plan.layout(), plan.stateLength());
        model = new CudaModel(null, runtime, memory, new PassNumbers(runtime), 0);
        pass = new UpdatePass(plan, model);
    }

    CudaModel model() {
        return model;
    }

    UpdatePass pass() {
        return pass;
    }

    @Override
    public void setParameters(float[] values) {
        model.memory().write(values, model.memory().parameters());
        pass.parametersReplaced();
    }

    @Override
    public void setState(float[] values) {
        if (values.length > 0) {
            model.memory().write(values, model.memory().updaterState());
        }
        pass.parametersReplaced();
    }

    @Override
    public void setGradient(float[] values) {
        model.memory().write(values, model.memory().gradient());
    }

    @Override
    public float[] parameters() {
        return model.memory().read(model.memory().parameters());
    }

    @Override
    public float[] state() {
        return model.memory().read(model.memory().updaterState());
    }

    @Override
    public UpdateOutcome apply(UpdateRule rule, double divisor, int passes) {
        return pass.apply(rule, divisor, passes);
    }

    @Override
    public void close() {
        model.close();
    }
}
