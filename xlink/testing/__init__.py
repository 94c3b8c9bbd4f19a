"""The laws that parts of a linker pass, as pytest classes for authors of plug-ins.

```python
import pytest
from xlink.testing import GeneratorLaws


class TestMyGenerator(GeneratorLaws):
    @pytest.fixture
    def generator(self, terminology):
        return MyGenerator.build(terminology)
```

`RerankerLaws` wants a fixture `reranker` in the same way. The fixtures of terminologies and queries
have defaults of made-up content; override them at will.
"""

from xlink.testing.generator_laws import GeneratorLaws
from xlink.testing.reranker_laws import RerankerLaws
from xlink.testing.terminologies import small_concepts, small_terminology

__all__ = ["GeneratorLaws", "RerankerLaws", "small_concepts", "small_terminology"]
