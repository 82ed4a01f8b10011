package org.steadygrad.engine.cuda.driver;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class VisibleDevicesTest {
    @Test
    void nothingIsSaidWhereNothingIsHidden() {
        assertEquals(Optional.empty(), VisibleDevices.note(null));
        assertEquals(Optional.empty(), VisibleDevices.whyNone(null));
    }

    @ParameterizedTest
    @CsvSource({
        "'', which hides all GPUs",
        "-1, which hides all GPUs",
        "'3,4', before the first that isn't the number or UUID",
        "MIG-1, as nvidia-smi -L lists them"
    })
    void theVariableIsQuoted(String value, String words) {
        String text = VisibleDevices.whyNone(value).orElseThrow();
        assertTrue(text.startsWith("CUDA_VISIBLE_DEVICES is \"" + value + "\", "), text);
        assertTrue(text.contains(words), text);
    }
}
