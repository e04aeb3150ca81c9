"""What a Word file says, as its reader sees it."""

from __future__ import annotations

from lxml import etree

from yakuba.kernel.letters.word import texts

BODY = """<w:body xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"
 xmlns:mc="http://schemas.openxmlformats.org/markup-compatibility/2006">
<w:p><w:pPr><w:tabs><w:tab w:val="left"/></w:tabs></w:pPr><w:r><w:t>1</w:t><w:tab/><w:t>市</w:t></w:r>
<w:del><w:r><w:delText>消</w:delText></w:r></w:del><w:moveFrom><w:r><w:t>元</w:t></w:r></w:moveFrom>
<w:ins><w:r><w:t>足</w:t><w:noBreakHyphen/></w:r></w:ins>
<w:r><w:ruby><w:rt><w:r><w:t>よみ</w:t></w:r></w:rt><w:rubyBase><w:r><w:t>字</w:t></w:r></w:rubyBase></w:ruby></w:r></w:p>
<w:p><w:r><w:t>外</w:t><mc:AlternateContent><mc:Choice><w:txbxContent><w:p><w:r><w:t>箱</w:t></w:r></w:p></w:txbxContent></mc:Choice>
<mc:Fallback><w:txbxContent><w:p><w:r><w:t>箱</w:t></w:r></w:p></w:txbxContent></mc:Fallback></mc:AlternateContent></w:r></w:p>
</w:body>"""


def test_it_is_read_once_and_as_it_is_seen():
    found = [texts.text_of(one) for one in texts.paragraphs(etree.fromstring(BODY))]
    assert found == ["1\t市足-字", "外", "箱"]
