package org.steadygrad.train;

class CpuTrainerContractTest implements ContinuedTrainingContract, ScoredWindowsContract {
    @Override
    public String engine() {
        return "cpu";
    }
}
