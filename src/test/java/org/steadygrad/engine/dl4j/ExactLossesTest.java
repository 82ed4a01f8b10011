package org.steadygrad.engine.dl4j;

import org.steadygrad.engine.ContractCase;
import org.steadygrad.engine.EngineProvider;
import org.steadygrad.engine.LossContract;

class ExactLossesTest implements LossContract {
    @Override
    public EngineProvider provider() {
        return new Dl4jEngineProvider();
    }

    @Override
    public void check(ContractCase test) {
        assertLikeDl4j(test);
    }
}
