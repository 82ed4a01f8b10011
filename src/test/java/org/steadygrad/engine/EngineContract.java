package org.steadygrad.engine;

/**
 * What every engine must do, whatever it runs on. A subclass per engine gives the provider; nothing but the engine's
 * interface is used. References are DL4J in double, and numerical derivatives where DL4J 1.0.0-M2.1 is wrong.
 */
public abstract class EngineContract
        implements ActivationContract,
                VectorLayersContract,
                SequenceLayersContract,
                MaskedSequencesContract,
                MaskLawContract,
                GraphShapesContract,
                BatchFormsContract,
                VanishingGradientsContract,
                DropoutContract,
                CarriedStateContract,
                UpdateContract,
                TrajectoryContract,
                RefusedStepContract,
                SnapshotContract,
                ReproducibilityContract,
                StepsAheadContract,
                GradientExchangeContract,
                DistributionContract,
                HandedOutContract,
                NonFiniteContract,
                NonFiniteUpdatesContract,
                SymbolNumbersContract,
                ThreadsContract,
                LargeBatchContract {}
