package org.steadygrad.diagnose;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ChangeConflictsTest {
    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "model.layers[0].stack.init=he | model.layers[0].stack.residual=true | true",
                "model.layers[0].stack.init=he | model.layers[0].stack.init=auto | false",
                "model.layers[0]={gru: 3} | model.layers[0].rnn.init=he | false",
                "model.layers[1]={gru: 3} | model.layers[10].rnn.init=he | true",
                "model.layers[+1]={gru: 3} | model.layers[0].dense.init=he | false",
                "model.layers[+1]={gru: 3} | model.lsuv=true | true",
                "training.clip=none | training.clip.globalNorm=2 | false",
                "training.clip=none | training.clipper=2 | true",
                "model={layers: [gru: 3]} | model.lsuv=true | false",
                "training.warmup=3 ; training.clip=none | model.lsuv=true ; training.warmup=4 | false"
            })
    void changesThatTouchTheSameAreNotMadeTogether(String one, String other, boolean compatible) {
        List<String> a = Arrays.stream(one.split(";")).map(String::strip).toList();
        List<String> b = Arrays.stream(other.split(";")).map(String::strip).toList();
        assertEquals(compatible, ChangeConflicts.compatible(a, b));
        assertEquals(compatible, ChangeConflicts.compatible(b, a));
    }
}
