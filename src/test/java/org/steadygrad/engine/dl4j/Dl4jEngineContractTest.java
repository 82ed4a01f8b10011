package org.steadygrad.engine.dl4j;

import org.steadygrad.engine.EngineContract;
import org.steadygrad.engine.EngineProvider;

class Dl4jEngineContractTest extends EngineContract {
    @Override
    public EngineProvider provider() {
        return new Dl4jEngineProvider();
    }
}
