package org.steadygrad.train;

class Dl4jTrainerContractTest implements ContinuedTrainingContract, ScoredWindowsContract {
    @Override
    public String engine() {
        return "dl4j";
    }
}
