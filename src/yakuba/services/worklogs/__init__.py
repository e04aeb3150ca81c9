"""操作ログ分析. Operation logs of PCs: where the time goes, what repeats, what a robot could do."""
